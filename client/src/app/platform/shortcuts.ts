import { DOCUMENT, inject, Injectable } from '@angular/core';

/** "F2", "Ctrl+Enter", "Alt+M", "Escape": modifiers in the order Ctrl, Alt, Shift. */
export type KeyCombination = string;

export interface ShortcutOptions {
  /** Also while the focus is in a text field. F-keys and keys with Ctrl or Alt always are. */
  readonly inTextFields?: boolean;
  /** A second press within this time is ignored, so that it cannot hit whatever comes next. F4: 1,000. */
  readonly ignoreRepeatWithinMs?: number;
}

interface Shortcut extends ShortcutOptions {
  readonly run: () => void;
  lastRunAt: number;
}

const IME_KEY_CODE = 229;

/** One listener for the whole page. The newest registration of a key wins; removing it gives the key back. */
@Injectable({ providedIn: 'root' })
export class Shortcuts {
  readonly #shortcuts = new Map<KeyCombination, Shortcut[]>();

  constructor() {
    inject(DOCUMENT).addEventListener('keydown', (event) => this.#press(event));
  }

  /** Takes a key. Returns what gives it back; call it when the view goes. */
  register(keys: KeyCombination, run: () => void, options: ShortcutOptions = {}): () => void {
    const shortcut: Shortcut = { ...options, run, lastRunAt: -Infinity };
    const stack = this.#shortcuts.get(keys) ?? [];
    this.#shortcuts.set(keys, [...stack, shortcut]);
    return () => {
      const left = (this.#shortcuts.get(keys) ?? []).filter((each) => each !== shortcut);
      this.#shortcuts.set(keys, left);
    };
  }

  #press(event: KeyboardEvent): void {
    // While an input method composes, Enter and F-keys belong to it. Some report only key code 229 (UI Events §4.3.1).
    if (event.isComposing || event.keyCode === IME_KEY_CODE) return;
    const keys = combinationOf(event);
    const shortcut = this.#shortcuts.get(keys)?.at(-1);
    if (!shortcut) return;
    if (isTyping(event.target) && !worksWhileTyping(keys, shortcut)) return;
    event.preventDefault();
    if (event.repeat) return;
    const isTooSoon = event.timeStamp - shortcut.lastRunAt < (shortcut.ignoreRepeatWithinMs ?? 0);
    if (isTooSoon) return;
    shortcut.lastRunAt = event.timeStamp;
    shortcut.run();
  }
}

function combinationOf(event: KeyboardEvent): KeyCombination {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  return [event.ctrlKey && 'Ctrl', event.altKey && 'Alt', event.shiftKey && 'Shift', key].filter(Boolean).join('+');
}

function worksWhileTyping(keys: KeyCombination, shortcut: Shortcut): boolean {
  return shortcut.inTextFields ?? (/^F\d+$/.test(keys) || keys.startsWith('Ctrl+') || keys.startsWith('Alt+'));
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('textarea, select, input:not([type=radio], [type=checkbox], [type=button])');
}
