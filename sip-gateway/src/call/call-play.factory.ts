import type { Fact, FactOf } from '#contracts/gateway.contract';
import { CallId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { FIRST_AGENT, PartyId, RESIDENT } from '#contracts/parties.contract';
import type { LineReport } from '../line/line.model.ts';
import type { Hearing, LegId } from '../ports/mixer.port.ts';
import { arrived, dialled, step } from './call-machine.ts';
import type { CallCommand, CallEventKind, CallState, Invitation } from './call.model.ts';

export const callId = CallId.parse('call-1');
export const agentId = UserId.parse('agent-1');
export const otherAgent = UserId.parse('agent-2');
export const interpreterId = UserId.parse('interpreter-1');
export const supervisorId = UserId.parse('supervisor-1');
export const number = PhoneNumber.parse('+81220001100');
export const guest = PartyId.parse('p2');
export const watcher = PartyId.parse('p3');
export const receipt = {
  file: 'call-1.wav',
  seconds: 3,
  channels: ['agent', 'resident'],
  sha256: 'a'.repeat(64),
  concealedFrames: [0, 0],
};

export const outbound = (isRecorded = true): CallState =>
  dialled({ callId, isRecorded, agentId, to: number, callerId: number, ringSeconds: 20 });
export const inbound = (isRecorded = true): CallState => arrived({ callId, isRecorded, from: number, to: number });

/** A report of an outside line; of the resident's unless another is named. */
export const line = (report: LineReport, party = RESIDENT): CallEventKind => ({ type: 'line', party, report });
export const dialling = line({ type: 'dialled' });
export const ringing = line({ type: 'ringing', isSilent: true });
export const answered = line({ type: 'answered' });
export const up = line({ type: 'up' });
export const down = (
  reason: 'refused' | 'no-answer' | 'abandoned' | 'hung-up' | 'failed',
  sipStatus: number | null = null,
): LineReport => ({
  type: 'down',
  why: { reason, sipStatus, q850: null },
});
export const closed = line({ type: 'closed' });

/** An invitation of an interpreter's browser phone unless told otherwise. */
export const invitation = (over: Partial<Invitation> = {}): CallEventKind => ({
  type: 'invite',
  party: guest,
  role: 'interpreter',
  target: { kind: 'phone', userId: interpreterId },
  ringSeconds: 20,
  entry: 'open',
  ...over,
});
export const toNumber: Partial<Invitation> = { role: 'third-party', target: { kind: 'number', number, callerId: number } };

/** Plays events into a call, remembers every command, and what every leg hears now. */
export class Play {
  readonly commands: CallCommand[] = [];
  readonly hearing = new Map<LegId, Hearing>();
  state: CallState;
  #atMs = 1_000;

  constructor(state: CallState) {
    this.state = state;
    this.on({ type: 'begin' });
  }

  on(...events: CallEventKind[]): this {
    for (const event of events) {
      const next = step(this.state, { ...event, atMs: this.#atMs });
      this.#atMs += 100;
      this.state = next.state;
      for (const command of next.commands) {
        this.commands.push(command);
        if (command.type === 'hear') for (const row of command.rows) this.hearing.set(row.leg, row);
      }
    }
    return this;
  }

  count(type: CallCommand['type']): number {
    return this.commands.filter((command) => command.type === type).length;
  }

  of<Type extends CallCommand['type']>(type: Type): Extract<CallCommand, { type: Type }>[] {
    return this.commands.filter((command): command is Extract<CallCommand, { type: Type }> => command.type === type);
  }

  get facts(): Fact[] {
    return this.of('emit').map(({ fact }) => fact);
  }

  get factTypes(): string[] {
    return this.facts.map(({ type }) => type);
  }

  factsOf<Type extends Fact['type']>(type: Type): FactOf<Type>[] {
    return this.facts.filter((fact): fact is FactOf<Type> => fact.type === type);
  }

  /** Who this leg hears, as a sorted list of legs, with the sound source when it is not silence. */
  hears(leg: LegId): string {
    const row = this.hearing.get(leg);
    if (row === undefined) return 'nothing yet';
    const voices = Object.keys(row.from).sort();
    return [...voices, ...(row.source === 'silence' ? [] : [row.source])].join(' ');
  }
}

export const agent = `agent:${agentId}`;
export const resident = `call:${callId}`;
export const interpreter = `agent:${interpreterId}`;
export const supervisor = `agent:${supervisorId}`;
export const guestLine = `call:${callId}:${guest}`;

export const talkingOutbound = (isRecorded = true): Play => new Play(outbound(isRecorded)).on(dialling, ringing, answered, up);
export const talkingInbound = (): Play =>
  new Play(inbound()).on({ type: 'offer', agentId }, { type: 'answer', agentId }, answered, up);
export const withInterpreter = (): Play => talkingOutbound().on(invitation(), { type: 'join', party: guest });
export { FIRST_AGENT, RESIDENT };
