import type { CommandRefusal, GatewayCommand } from '#contracts/gateway.contract';
import type { CallId, UserId } from '#contracts/ids.contract';
import type { CallRegistry } from './call-registry.ts';
import type { CallEventKind } from './call.model.ts';

/** What commands need from the phones. */
export interface DeskPhones {
  isReady(user: UserId): boolean;
  /** Ends an agent's phone and registration at once. */
  drop(user: UserId): void;
}

type CallCommandOfServer = Exclude<GatewayCommand, { type: 'call.dial' | 'phone.drop' }>;
type Refused = CommandRefusal | null;

/** Carries out the server's commands. Answers at once: what comes of a command is told by facts. */
export class CommandDesk {
  readonly #calls: CallRegistry;
  readonly #phones: DeskPhones;
  readonly #canRecord: () => boolean;
  #isDraining = false;

  /** `canRecord`: whether a call that must be recorded may begin, which a full disk forbids (R35). */
  constructor(calls: CallRegistry, phones: DeskPhones, canRecord: () => boolean = () => true) {
    this.#canRecord = canRecord;
    this.#calls = calls;
    this.#phones = phones;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** From now on no new call begins. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Null when the command was taken. */
  execute(command: GatewayCommand): Refused {
    if (command.type === 'call.dial') return this.#dial(command);
    if (command.type === 'phone.drop') {
      this.#phones.drop(command.agentId);
      return null;
    }
    const runner = this.#calls.get(command.callId);
    if (runner === undefined) return 'unknown-call';
    if (command.type === 'party.send-digits') return runner.sendDigits(command.digits) ? null : 'invalid-state';
    const refusal = this.#judgePhone(command);
    if (refusal !== null) return refusal;
    return runner.offer(eventOf(command)) ? null : 'invalid-state';
  }

  #dial(command: Extract<GatewayCommand, { type: 'call.dial' }>): Refused {
    if (this.#isDraining) return 'draining';
    if (this.#calls.get(command.callId) !== undefined) return 'invalid-state';
    if (!this.#canRecord()) return 'no-room-for-recording';
    const refusal = this.#judge(command.agentId);
    if (refusal !== null) return refusal;
    this.#calls.dial(command);
    return null;
  }

  /** Whoever is brought into a call must have a phone, and nothing else on it. */
  #judgePhone(command: CallCommandOfServer): Refused {
    switch (command.type) {
      case 'call.offer':
        return this.#judge(command.agentId);
      case 'call.answer':
        return this.#phones.isReady(command.agentId) ? null : 'phone-not-ready';
      case 'party.invite':
        return command.target.kind === 'phone' ? this.#judge(command.target.userId) : null;
      case 'call.supervise':
        return command.mode === null ? null : this.#judge(command.userId, command.callId);
      case 'call.take-over':
        return this.#judge(command.userId, command.callId);
      default:
        return null;
    }
  }

  /** `within` is the call the phone may be in already. */
  #judge(user: UserId, within: CallId | null = null): Refused {
    if (!this.#phones.isReady(user)) return 'phone-not-ready';
    const isThere = within !== null && this.#calls.callOf(user) === within;
    return this.#calls.isBusy(user) && !isThere ? 'agent-busy' : null;
  }
}

/** The same thing in the call machine's words. */
function eventOf(command: Exclude<CallCommandOfServer, { type: 'party.send-digits' }>): CallEventKind {
  switch (command.type) {
    case 'call.pick-up':
      return { type: 'pick-up' };
    case 'call.offer':
      return { type: 'offer', agentId: command.agentId };
    case 'call.withdraw':
      return { type: 'withdraw', agentId: command.agentId };
    case 'call.answer':
      return { type: 'answer', agentId: command.agentId };
    case 'call.hang-up':
      return { type: 'hang-up' };
    case 'call.dismiss':
      return { type: 'dismiss', sounds: command.sounds };
    case 'call.announce':
      return { type: 'announce', party: command.party, sounds: command.sounds };
    case 'call.requeue':
      return { type: 'requeue' };
    case 'call.supervise':
      return { type: 'supervise', party: command.party, userId: command.userId, mode: command.mode };
    case 'call.take-over':
      return { type: 'take-over', party: command.party, userId: command.userId };
    case 'call.transfer':
      return { type: 'transfer', party: command.party };
    case 'party.invite': {
      const { party, role, target, ringSeconds, entry } = command;
      return { type: 'invite', party, role, target, ringSeconds, entry };
    }
    case 'party.join':
      return { type: 'join', party: command.party };
    case 'party.remove':
      return { type: 'remove', party: command.party, isDeclined: command.declined };
    case 'party.mute':
      return { type: 'mute', party: command.party, muted: command.muted };
    case 'party.hold':
      return { type: 'hold', party: command.party, held: command.held };
    case 'party.volume':
      return { type: 'volume', party: command.party, volume: command.volume };
    case 'party.private':
      return { type: 'private', parties: command.parties };
    case 'party.repeat-please':
      return { type: 'repeat-please', party: command.party };
    case 'recording.pause':
      return { type: 'pause-recording', reason: command.reason };
    case 'recording.resume':
      return { type: 'resume-recording' };
    case 'recording.mark':
      return { type: 'mark-recording', kind: command.kind };
    default:
      return command satisfies never;
  }
}
