import type { CommandRefusal, GatewayCommand } from '#contracts/gateway.contract';
import type { UserId } from '#contracts/ids.contract';
import type { CallRegistry } from './call-registry.ts';

/** What commands need from the phones. */
export interface DeskPhones {
  isReady(user: UserId): boolean;
  /** Ends an agent's phone and registration at once. */
  drop(user: UserId): void;
}

/** Carries out the server's commands. Answers at once: what comes of a command is told by facts. */
export class CommandDesk {
  readonly #calls: CallRegistry;
  readonly #phones: DeskPhones;
  #isDraining = false;

  constructor(calls: CallRegistry, phones: DeskPhones) {
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
  execute(command: GatewayCommand): CommandRefusal | null {
    if (command.type === 'call.dial') return this.#dial(command);
    if (command.type === 'phone.drop') {
      this.#phones.drop(command.agentId);
      return null;
    }
    const runner = this.#calls.get(command.callId);
    if (runner === undefined) return 'unknown-call';
    const { phase } = runner.state;
    switch (command.type) {
      case 'call.offer':
        if (phase !== 'arrived' && phase !== 'offered') return 'invalid-state';
        if (this.#calls.isBusy(command.agentId)) return 'agent-busy';
        if (!this.#phones.isReady(command.agentId)) return 'phone-not-ready';
        runner.post({ type: 'offer', agentId: command.agentId });
        return null;
      case 'call.answer':
        if (runner.state.phase !== 'offered' || runner.state.agentId !== command.agentId) return 'invalid-state';
        if (!this.#phones.isReady(command.agentId)) return 'phone-not-ready';
        runner.post({ type: 'answer', agentId: command.agentId });
        return null;
      case 'call.hang-up':
        if (phase === 'ending' || phase === 'ended') return 'invalid-state';
        runner.post({ type: 'hang-up' });
        return null;
      case 'party.mute':
        if (phase !== 'talking') return 'invalid-state';
        runner.post({ type: 'mute', muted: command.muted });
        return null;
      case 'party.send-digits':
        return runner.sendDigits(command.digits) ? null : 'invalid-state';
      default:
        return command satisfies never;
    }
  }

  #dial(command: Extract<GatewayCommand, { type: 'call.dial' }>): CommandRefusal | null {
    if (this.#isDraining) return 'draining';
    if (this.#calls.get(command.callId) !== undefined) return 'invalid-state';
    if (!this.#phones.isReady(command.agentId)) return 'phone-not-ready';
    if (this.#calls.isBusy(command.agentId)) return 'agent-busy';
    this.#calls.dial(command);
    return null;
  }
}
