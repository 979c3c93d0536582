import { CdkMenu, CdkMenuItem, CdkMenuTrigger } from '@angular/cdk/menu';
import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { InviteParty } from '#contracts/call-parties.contract';
import type { DirectoryEntry, InvitablePerson, Language as SpokenLanguage } from '#contracts/directory.contract';
import { Icon } from '../design/icon';
import { Language } from '../platform/language';
import { ProblemText } from '../platform/problem-text';
import { Shortcuts } from '../platform/shortcuts';
import { CallBridge } from './call-bridge';
import { CallStore } from './call-store';
import { DirectoryStore } from './directory-store';
import { Words } from './words';

/** Whoever can be chosen in one of the two menus, as a row of it. */
interface Row {
  readonly key: string;
  readonly name: string;
  readonly detail: string;
  readonly canJoin: boolean;
  readonly target: InviteParty['target'];
}

/** Hold, bring an interpreter in, transfer, and the rarer things: the controls of a talk besides mute, digits and hang-up. */
@Component({
  selector: 'kk-party-controls',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CdkMenu, CdkMenuItem, CdkMenuTrigger, Icon, TranslocoDirective],
  templateUrl: './party-controls.html',
  styleUrl: './party-controls.css',
})
export class PartyControls {
  readonly #words = inject(Words);
  readonly #language = inject(Language);
  readonly #problemText = inject(ProblemText);
  protected readonly calls = inject(CallStore);
  protected readonly bridge = inject(CallBridge);
  protected readonly directory = inject(DirectoryStore);

  protected readonly interpreters = computed<Row[]>(() => [
    ...this.directory.interpreters().map((person) => this.#person(person)),
    ...this.directory.interpreterLines().map((entry) => this.#entry(entry)),
  ]);
  protected readonly colleagues = computed(() => this.directory.colleagues().map((person) => this.#person(person)));
  protected readonly sections = computed(() => this.directory.sections().map((entry) => this.#entry(entry)));
  protected readonly directoryProblem = computed(() => {
    const error = this.directory.error();
    return error === null ? null : this.#problemText.of(error);
  });
  protected readonly isPaused = computed(() => this.calls.call()?.isRecordingPaused ?? false);
  protected readonly isRecorded = computed(() => this.calls.call()?.recording === 'recording');

  constructor() {
    const giveBack = inject(Shortcuts).register('Alt+H', () => this.toggleHold());
    inject(DestroyRef).onDestroy(giveBack);
  }

  protected toggleHold(): void {
    void this.calls.hold(!this.bridge.isHeld());
  }

  protected bringIn(row: Row, role: InviteParty['role'], entry: InviteParty['entry']): void {
    void this.calls.invite({ role, target: row.target, entry });
  }

  /** A colleague becomes responsible; a section talks with the resident alone. */
  protected pass(row: Row, entry: 'private' | 'blind'): void {
    this.bringIn(row, row.target.kind === 'user' ? 'agent' : 'third-party', entry);
  }

  protected toggleRecording(): void {
    void (this.isPaused() ? this.calls.resumeRecording() : this.calls.pauseRecording());
  }

  #person({ userId, name, languages, state, canJoin }: InvitablePerson): Row {
    const spoken = this.#spoken(languages);
    const detail = [...(spoken === '' ? [] : [spoken]), this.#words.say(`shell.state.${state}`)].join(' ・ ');
    return { key: userId, name, detail, canJoin, target: { kind: 'user', userId } };
  }

  #entry({ id, name, languages, numberDisplay }: DirectoryEntry): Row {
    const spoken = this.#spoken(languages);
    return {
      key: id,
      name: name[this.#language.locale()],
      detail: [...(spoken === '' ? [] : [spoken]), numberDisplay].join(' ・ '),
      canJoin: true,
      target: { kind: 'directory', entryId: id },
    };
  }

  #spoken(languages: readonly SpokenLanguage[]): string {
    return languages.map((language) => this.#words.say(`calls.language.${language}`)).join('・');
  }
}
