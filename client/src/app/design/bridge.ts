import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Icon, type IconName } from './icon';
import type { StateName } from './state-tag';

/** Somebody on the line, or somebody who could be. */
export interface BridgeParty {
  readonly id: string;
  readonly icon: IconName;
  readonly name: string;
  readonly detail?: string;
  /** `invited`: a dashed pier, not (or no longer) on the line. */
  readonly presence: 'present' | 'invited';
  /** This party's microphone reaches nobody; the detail says so in words. */
  readonly isMuted?: boolean;
}

/** What two neighbours hear of each other: `both` ways, `invited` (nothing yet), `held` (music), `ended`, `none`. */
export interface BridgeSpan {
  readonly kind: 'both' | 'invited' | 'held' | 'ended' | 'none';
  readonly text?: string;
}

/** Who is on the line and who hears whom: parties are piers, an arc joins those who hear each other. */
@Component({
  selector: 'kk-bridge',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon],
  templateUrl: './bridge.html',
  styleUrl: './bridge.scss',
  host: { '[class]': 'tone()' },
})
export class Bridge {
  readonly parties = input.required<readonly BridgeParty[]>();
  /** One span fewer than parties: the nth joins party n and n + 1. */
  readonly spans = input.required<readonly BridgeSpan[]>();
  /** The drawing in one sentence, read aloud when it changes. */
  readonly sentence = input.required<string>();
  readonly tone = input<StateName>('talk');
}
