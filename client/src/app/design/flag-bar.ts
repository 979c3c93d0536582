import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { PART_HERE, wordsAround } from '../platform/words-around';
import { Icon } from './icon';
import { Wareki } from './wareki';

export interface FlagItem {
  /** S.. takes dialling away, A.. asks for attention. */
  readonly code: string;
  readonly word: string;
  /** YYYY-MM-DD */
  readonly since: string;
  readonly by: string;
}

/** Under the call bar and above every number. Cannot be closed or scrolled away; read first when it changes. */
@Component({
  selector: 'kk-flag-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoPipe, Wareki],
  templateUrl: './flag-bar.html',
  styleUrl: './flag-bar.scss',
  host: { role: 'alert' },
})
export class FlagBar {
  readonly flags = input.required<readonly FlagItem[]>();

  protected readonly partHere = PART_HERE;
  protected readonly around = wordsAround;
  protected readonly stops = computed(() => this.flags().filter((flag) => flag.code.startsWith('S')));
  protected readonly attentions = computed(() => this.flags().filter((flag) => !flag.code.startsWith('S')));
  protected readonly ordered = computed(() => [...this.stops(), ...this.attentions()]);
}
