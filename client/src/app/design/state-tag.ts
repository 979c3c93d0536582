import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Icon, type IconName } from './icon';

export const STATE_NAMES = ['ready', 'ring', 'talk', 'hold', 'three', 'wrap', 'away', 'off'] as const;
export type StateName = (typeof STATE_NAMES)[number];

export const STATE_ICONS: Record<StateName, IconName> = {
  ready: 'check_circle',
  ring: 'phone_in_talk',
  talk: 'call',
  hold: 'pause',
  three: 'groups',
  wrap: 'edit_note',
  away: 'coffee',
  off: 'logout',
};

/** A call or agent state: block with an icon, then the word on a tint. Never a colour alone. */
@Component({
  selector: 'kk-state-tag',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoPipe],
  template: `
    <span class="block"><kk-icon [name]="drawing()" size="s" /></span>
    <span class="word">{{ label() ?? ('kit.state.' + state() | transloco) }}</span>
  `,
  styleUrl: './state-tag.scss',
  host: { '[class]': 'state()' },
})
export class StateTag {
  readonly state = input.required<StateName>();
  readonly label = input<string>();
  readonly icon = input<IconName>();

  protected readonly drawing = computed(() => this.icon() ?? STATE_ICONS[this.state()]);
}
