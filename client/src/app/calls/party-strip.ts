import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { PartyView } from '#contracts/parties.contract';
import { Icon } from '../design/icon';
import { CallBridge } from './call-bridge';
import { CallStore } from './call-store';

const VOLUME_STEP = 0.5;
const LOUDEST = 3;

/** One row for each guest of the call: what the responsible agent can do with them. */
@Component({
  selector: 'kk-party-strip',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  templateUrl: './party-strip.html',
  styleUrl: './party-strip.css',
})
export class PartyStrip {
  readonly guests = input.required<readonly PartyView[]>();
  protected readonly calls = inject(CallStore);
  protected readonly bridge = inject(CallBridge);

  /** A word with one guest is over for all at once. */
  protected readonly isPrivate = computed(() => this.bridge.isPrivate());

  protected togglePrivate(guest: PartyView): void {
    void this.calls.talkPrivately(guest.isPrivate ? [] : [guest.id]);
  }

  protected toggleMute(guest: PartyView): void {
    void this.calls.changeParty(guest.id, { muted: !guest.isMuted });
  }

  protected toggleHold(guest: PartyView): void {
    void this.calls.changeParty(guest.id, { held: !guest.isHeld });
  }

  protected louder(guest: PartyView): void {
    void this.calls.changeParty(guest.id, { volume: Math.min(LOUDEST, guest.volume + VOLUME_STEP) });
  }

  protected quieter(guest: PartyView): void {
    void this.calls.changeParty(guest.id, { volume: Math.max(VOLUME_STEP, guest.volume - VOLUME_STEP) });
  }

  protected readonly canBeLouder = ({ volume }: PartyView): boolean => volume < LOUDEST;
  protected readonly canBeQuieter = ({ volume }: PartyView): boolean => volume > VOLUME_STEP;
  protected readonly percent = ({ volume }: PartyView): number => Math.round(volume * 100);
  /** Supervisors come and go by themselves. */
  protected readonly isMine = ({ role }: PartyView): boolean => role !== 'supervisor';
}
