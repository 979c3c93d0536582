import { computed, DestroyRef, DOCUMENT, effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { ContentCode, ResultCode } from '#contracts/call-results.contract';
import type { CallView } from '#contracts/calls.contract';
import type { CallId } from '#contracts/ids.contract';
import { CallStore } from './call-store';
import { type TypedCode, typeDigit } from './result-codes';

export const NOTE_LIMIT = 2000;
const SAVE_AFTER_MS = 500;

interface Draft {
  callId: CallId;
  note: string;
  /** What the agent chose; null while only the line's suggestion stands. */
  resultCode: ResultCode | null;
  contents: ContentCode[];
}

/**
 * What the agent is writing about the call. The server keeps it as it is typed; after a reload it comes from there.
 * While it is being written, this copy is the truth and a late echo never overwrites the hand.
 */
@Injectable({ providedIn: 'root' })
export class RecordDraft {
  readonly #calls = inject(CallStore);
  readonly #draft = signal<Draft | null>(null);
  readonly #isUnsaved = signal(false);
  readonly #typed = signal<TypedCode | null>(null);
  readonly #focusRequests = signal(0);
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly note = computed(() => this.#draft()?.note ?? '');
  readonly contents = computed<readonly ContentCode[]>(() => this.#draft()?.contents ?? []);
  readonly length = computed(() => this.note().length);
  readonly isUnsaved = this.#isUnsaved.asReadonly();
  readonly savedAt = computed(() => this.#calls.call()?.draft.savedAt ?? null);
  readonly suggested = computed(() => this.#calls.call()?.suggestedResult ?? null);
  /** The agent's choice, else the line's suggestion. */
  readonly selected = computed(() => this.#draft()?.resultCode ?? this.suggested());
  readonly isSuggestion = computed(() => this.selected() !== null && (this.#draft()?.resultCode ?? null) === null);

  /** The first digit of a code that is being typed, to be shown. */
  readonly typedDigit = computed(() => this.#typed()?.first ?? '');
  /** Grows when the agent asks for the results with F6. */
  readonly focusRequests = this.#focusRequests.asReadonly();

  constructor() {
    effect(() => {
      const call = this.#calls.call();
      untracked(() => this.#follow(call));
    });
    // Not beforeunload: that one is not fired when a phone or a full-screen app is closed.
    const page = inject(DOCUMENT).defaultView;
    const flush = (): void => this.flush();
    page?.addEventListener('pagehide', flush);
    inject(DestroyRef).onDestroy(() => page?.removeEventListener('pagehide', flush));
  }

  write(note: string): void {
    this.#change({ note: note.slice(0, NOTE_LIMIT) }, SAVE_AFTER_MS);
  }

  choose(resultCode: ResultCode): void {
    this.#change({ resultCode }, 0);
  }

  /** Result codes are typed as two digits anywhere outside a text field. */
  typeDigit(digit: string): void {
    const { typed, code } = typeDigit(this.#typed(), digit, Date.now());
    this.#typed.set(typed);
    if (code) this.choose(code);
  }

  askFocus(): void {
    this.#focusRequests.update((count) => count + 1);
  }

  toggle(content: ContentCode): void {
    const before = this.contents();
    const contents = before.includes(content) ? before.filter((each) => each !== content) : [...before, content];
    this.#change({ contents }, 0);
  }

  /** Sends what is not yet kept. */
  flush(): void {
    clearTimeout(this.#timer);
    if (untracked(this.#isUnsaved)) void this.#save();
  }

  /** Writes the negotiation record. Resolves with whether the server took it. */
  async saveResult(): Promise<boolean> {
    const draft = this.#draft();
    const resultCode = this.selected();
    if (!draft || !resultCode) return false;
    clearTimeout(this.#timer);
    return this.#calls.saveResult({ ...draft, resultCode });
  }

  #change(change: Partial<Draft>, saveAfterMs: number): void {
    const draft = this.#draft();
    if (!draft) return;
    this.#draft.set({ ...draft, ...change });
    this.#isUnsaved.set(true);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save(), saveAfterMs);
  }

  async #save(): Promise<void> {
    const draft = this.#draft();
    if (!draft) return;
    const isKept = await this.#calls.saveDraft(draft);
    // Typed on while it was being kept: that has its own timer.
    if (isKept && this.#draft() === draft) this.#isUnsaved.set(false);
    if (!isKept && this.#draft() === draft) this.#timer = setTimeout(() => void this.#save(), 3_000);
  }

  #follow(call: CallView | null): void {
    if (call?.id === this.#draft()?.callId) return;
    clearTimeout(this.#timer);
    this.#isUnsaved.set(false);
    this.#typed.set(null);
    this.#draft.set(
      call && { callId: call.id, note: call.draft.note, resultCode: call.draft.resultCode, contents: [...call.draft.contents] },
    );
  }
}
