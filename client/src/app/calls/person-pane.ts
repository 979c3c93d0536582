import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { CasePhone } from '#contracts/cases.contract';
import { ClockTime } from '../design/clock-time';
import { GateReasons } from '../design/gate-reasons';
import { Icon, type IconName } from '../design/icon';
import { Tag } from '../design/tag';
import { Wareki } from '../design/wareki';
import { Clock } from '../platform/clock';
import { Language } from '../platform/language';
import { ageOn } from './age';
import { CallStore } from './call-store';
import { DeskState } from './desk-state';
import { IdentityChecklist } from './identity-checklist';

const PHONE_ICONS: Record<CasePhone['kind'], IconName> = { mobile: 'mobile', landline: 'call', workplace: 'domain' };

/** Who is on the desk: the person, what they said to prove it, their numbers, and whether they may be called. */
@Component({
  selector: 'kk-person-pane',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ClockTime, GateReasons, Icon, IdentityChecklist, Tag, TranslocoDirective, Wareki],
  templateUrl: './person-pane.html',
  styleUrl: './person-pane.css',
})
export class PersonPane {
  readonly #now = inject(Clock).now;
  protected readonly locale = inject(Language).locale;
  protected readonly calls = inject(CallStore);
  protected readonly state = inject(DeskState);
  protected readonly age = computed(() => {
    const birth = this.state.case()?.person.birthDate;
    return birth ? ageOn(birth, this.#now()) : null;
  });
  protected readonly isIdle = computed(() => this.state.phase() === 'idle');
  protected readonly icons = PHONE_ICONS;

  /** Workplaces are never called: no approval is on record here (DOMAIN §4.4). */
  protected isStopped(phone: CasePhone): boolean {
    return phone.kind === 'workplace';
  }

  protected isInUse(phone: CasePhone): boolean {
    return this.state.call()?.phoneId === phone.id && !this.isIdle();
  }
}
