import { computed, inject, Injectable } from '@angular/core';
import type { CallView } from '#contracts/calls.contract';
import type { PartyView } from '#contracts/parties.contract';
import type { BridgeParty, BridgeSpan } from '../design/bridge';
import { formatDuration } from '../design/duration';
import type { IconName } from '../design/icon';
import { Phone } from '../phone/phone';
import { Language } from '../platform/language';
import { Session } from '../platform/session';
import { CallStore } from './call-store';
import { DeskState } from './desk-state';
import { Words } from './words';

const ICONS: Record<PartyView['role'], IconName> = {
  agent: 'headset_mic',
  resident: 'person',
  interpreter: 'translate',
  supervisor: 'record_voice_over',
  'third-party': 'call',
};

/** What the bridge of the call bar draws: who is on the line and who hears whom, from the server's view of the call. */
@Injectable()
export class CallBridge {
  readonly #words = inject(Words);
  readonly #language = inject(Language);
  readonly #session = inject(Session);
  readonly #calls = inject(CallStore);
  readonly #phone = inject(Phone);
  readonly #state = inject(DeskState);

  /** Everybody else in the call but the resident: interpreters, colleagues, sections, visible supervisors. */
  readonly guests = computed<PartyView[]>(() => {
    const call = this.#calls.call();
    if (call?.phase !== 'talking') return [];
    const myId = this.#session.user()?.id;
    return call.parties.filter(({ role, userId }) => role !== 'resident' && userId !== myId);
  });
  readonly isHeld = computed(() => this.#resident()?.isHeld ?? false);
  readonly isPrivate = computed(() => this.guests().some(({ isPrivate }) => isPrivate));

  readonly parties = computed<BridgeParty[]>(() => {
    const [me, other] = [this.#me(), this.#other()];
    const pair = this.#calls.call()?.direction === 'inbound' ? [other, me] : [me, other];
    return [...pair, ...this.guests().map((guest) => this.#guest(guest))];
  });
  /** Neighbours may hear one another only when nobody waits and nobody is shut out of a private talk. */
  readonly spans = computed<BridgeSpan[]>(() => [this.#span(), ...this.guests().map((guest) => this.#guestSpan(guest))]);

  readonly sentence = computed(() => {
    const call = this.#calls.call();
    const values = { me: this.#myName(), other: this.#otherName() };
    const present = this.guests().filter(({ standing }) => standing === 'present');
    if (this.isPrivate())
      return this.#say('calls.bridge.sentence.private', {
        ...values,
        guests: present
          .filter(({ isPrivate }) => isPrivate)
          .map((guest) => guest.label)
          .join('、'),
      });
    if (this.isHeld()) return this.#say('calls.bridge.sentence.held', values);
    if (present.length > 0)
      return this.#say('calls.bridge.sentence.conference', { ...values, guests: present.map(({ label }) => label).join('、') });
    const key = call?.phase === 'talking' && call.isMuted ? 'muted' : this.#calls.phase();
    return this.#say(`calls.bridge.sentence.${key}`, values);
  });

  #resident(): PartyView | undefined {
    return this.#calls.call()?.parties.find(({ role }) => role === 'resident');
  }

  #me(): BridgeParty {
    const call = this.#calls.call();
    const seat = this.#say('calls.seat', { seat: this.#session.user()?.seat ?? '' });
    const base = { id: 'me', icon: 'headset_mic', name: this.#myName() } as const;
    if (call?.phase === 'offered') return { ...base, detail: seat, presence: 'invited' };
    if (call?.phase === 'talking' && call.isMuted)
      return { ...base, detail: this.#say('calls.muted'), presence: 'present', isMuted: true };
    const isParked = !this.#phone.isMicrophoneOpen();
    return isParked
      ? { ...base, detail: this.#say('calls.parked'), presence: 'present', isMuted: true }
      : { ...base, detail: seat, presence: 'present' };
  }

  #other(): BridgeParty {
    const call = this.#calls.call();
    const number = call?.numberDisplay ?? this.#state.phone()?.display ?? '';
    const candidates = call?.candidates.length ?? 0;
    const detail = this.#state.isUnidentified() ? this.#say('calls.bridge.candidates', { count: candidates }) : number;
    const isOnLine = call?.phase === 'talking' || call?.phase === 'offered';
    return { id: 'other', icon: 'person', name: this.#otherName(), detail, presence: isOnLine ? 'present' : 'invited' };
  }

  #guest({ id, role, label, standing, isMuted }: PartyView): BridgeParty {
    const isHere = standing === 'present';
    return {
      id,
      icon: ICONS[role],
      name: label,
      detail: this.#say(isHere ? `calls.party.role.${role}` : `calls.party.standing.${standing}`),
      presence: isHere ? 'present' : 'invited',
      isMuted: isHere && isMuted,
    };
  }

  #span(): BridgeSpan {
    const call = this.#calls.call();
    if (!call) return this.#spanBetweenCalls();
    if (call.phase === 'wrap-up') return { kind: 'ended', text: this.#ending(call) };
    if (this.isHeld()) return { kind: 'held', text: this.#say('calls.bridge.held') };
    if (this.isPrivate()) return { kind: 'held', text: this.#say('calls.bridge.music') };
    const text = this.#say(`calls.bridge.via.${call.direction}`, {
      category: call.category.shortName[this.#language.locale()],
      number: call.category.callerIdDisplay,
    });
    const isHeard = call.phase === 'talking' && !call.isMuted;
    return { kind: isHeard || call.phase === 'offered' ? 'both' : 'invited', text };
  }

  #guestSpan(guest: PartyView): BridgeSpan {
    if (guest.standing !== 'present') return { kind: 'invited', text: this.#say('calls.bridge.calling') };
    if (guest.isHeld) return { kind: 'held', text: this.#say('calls.bridge.held') };
    if (guest.isPrivate) return { kind: 'both', text: this.#say('calls.bridge.private') };
    if (this.isPrivate()) return { kind: 'held', text: this.#say('calls.bridge.music') };
    return { kind: guest.isMuted ? 'invited' : 'both', text: this.#say('calls.bridge.heard') };
  }

  #spanBetweenCalls(): BridgeSpan {
    const category = this.#state.category();
    if (!category || !this.#state.case()) return { kind: 'none' };
    const values = { category: category.shortName[this.#language.locale()], number: category.callerIdDisplay };
    return { kind: 'ended', text: this.#say('calls.bridge.via.outbound', values) };
  }

  #ending(call: CallView): string {
    const cause = this.#say(`calls.cause.${call.cause ?? 'completed'}`);
    const by = call.answeredAt && call.endedBy ? this.#say(`calls.ended_by.${call.endedBy}`) : '';
    const seconds = call.endedAt
      ? Math.round((Date.parse(call.endedAt) - Date.parse(call.answeredAt ?? call.startedAt)) / 1_000)
      : 0;
    return this.#say(call.answeredAt ? 'calls.bridge.talked' : 'calls.bridge.rang', {
      cause,
      by,
      seconds,
      time: formatDuration(seconds),
    });
  }

  #myName(): string {
    return this.#session.user()?.name ?? '';
  }

  #otherName(): string {
    const call = this.#calls.call();
    if (this.#state.isUnidentified()) return call?.numberDisplay ?? '';
    const name = this.#state.case()?.person.name;
    return name ? this.#say('calls.person_name', { name }) : (call?.numberDisplay ?? '');
  }

  #say(key: string, values: Record<string, unknown> = {}): string {
    return this.#words.say(key, values);
  }
}
