import type { CallId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { RESIDENT } from '#contracts/parties.contract';
import type { PartyId } from '#contracts/parties.contract';
import type { LineEnd, LineReport } from '../line/line.model.ts';
import type { Hearing } from '../ports/mixer.port.ts';
import { byAgent, byResident, bySystem, end, finish } from './call-ending.model.ts';
import type { CallCommand, CallEvent, CallState, Dialling, Outcome, Step, Waiting } from './call.model.ts';
import { lineLeg, phoneLeg } from './call.model.ts';
import { endCauseOf } from './end-cause.model.ts';
import { startTalking } from './start-talking.model.ts';
import { talk } from './talking-machine.ts';
import { wait } from './waiting-machine.ts';

/*
 * One call: a resident behind an outside line, the agent who is responsible, and whoever else takes part.
 *
 * | phase    | means                                                                     | leaves on                                  |
 * |----------|---------------------------------------------------------------------------|--------------------------------------------|
 * | dialling | outbound: the resident's line is being brought up                         | line answered -> talking                   |
 * | waiting  | inbound, or given back: ringback or music, perhaps offered to an agent    | the offered agent answers -> talking       |
 * | talking  | the parties hear one another as conversation.model.ts says                | requeue -> waiting, a hang-up              |
 * | ending   | over for everybody; the recording is closed and the lines let go          | everything settled -> ended                |
 * | ended    | nothing is held any more                                                  | never                                      |
 *
 * Every phase but the last can fall to `ending`. An event that means nothing in a phase is ignored.
 */

/** The whole life of a call: no clock, no I/O, no log. What becomes of each outside line is line-machine.ts's matter. */
export function step(before: CallState, event: CallEvent): Step {
  const state = event.type === 'line' && event.report.type === 'closed' ? withoutLine(before, event.party) : before;
  switch (state.phase) {
    case 'dialling':
      return dial(state, event);
    case 'waiting':
      return wait(state, event);
    case 'talking':
      return talk(state, event);
    case 'ending':
      return end(state, event);
    case 'ended':
      return { state, commands: [] };
    default:
      return state satisfies never;
  }
}

/** An outbound call for an agent whose phone is parked. */
export function dialled(call: {
  readonly callId: CallId;
  readonly isRecorded: boolean;
  readonly agentId: UserId;
  readonly to: PhoneNumber;
  readonly callerId: PhoneNumber;
  readonly ringSeconds: number;
}): Dialling {
  return { ...call, phase: 'dialling', isRinging: false, lines: [RESIDENT] };
}

/** An inbound call whose INVITE just came. */
export function arrived(call: {
  readonly callId: CallId;
  readonly isRecorded: boolean;
  readonly from: PhoneNumber | null;
  readonly to: PhoneNumber;
}): Waiting {
  return {
    ...call,
    phase: 'waiting',
    lines: [RESIDENT],
    line: 'ringing',
    offeredTo: null,
    hasAnswered: false,
    dismissal: null,
    talk: null,
  };
}

function withoutLine(state: CallState, party: PartyId): CallState {
  return state.phase === 'ended' ? state : { ...state, lines: state.lines.filter((line) => line !== party) };
}

function dial(state: Dialling, event: CallEvent): Step {
  switch (event.type) {
    case 'begin': {
      const { to, callerId, ringSeconds } = state;
      return { state, commands: [{ type: 'open-line', party: RESIDENT, to, callerId, ringSeconds }] };
    }
    case 'line':
      return noteLine(state, event.report, event.atMs);
    case 'hang-up':
      return finish(state, byAgent('cancelled'), event.atMs);
    case 'phone-lost':
      return event.userId === state.agentId ? finish(state, bySystem('agent-lost'), event.atMs) : ignore(state);
    case 'hearing-failed':
      return finish(state, bySystem('failed'), event.atMs);
    case 'drain':
      return finish(state, bySystem('gateway-lost'), event.atMs);
    default:
      return ignore(state);
  }
}

function noteLine(state: Dialling, report: LineReport, atMs: number): Step {
  const { callId, agentId } = state;
  const agentHears = (row: Pick<Hearing, 'from' | 'source'>): CallCommand => ({
    type: 'hear',
    rows: [{ leg: phoneLeg(agentId), ...row }],
  });
  switch (report.type) {
    case 'dialled':
      return { state, commands: [{ type: 'emit', fact: { type: 'call.dialling', callId, agentId } }] };
    case 'ringing':
      return {
        state: { ...state, isRinging: true },
        commands: [
          { type: 'emit', fact: { type: 'call.ringing', callId } },
          ...(report.isSilent ? [agentHears({ from: {}, source: 'ringback' })] : []),
        ],
      };
    case 'early':
      return { state, commands: [agentHears({ from: { [lineLeg(callId, RESIDENT)]: 1 }, source: 'silence' })] };
    case 'answered':
      return startTalking({ ...state, from: null, talk: null, isConnected: false }, agentId, atMs);
    case 'down':
      return finish(state, outcomeOf(report.why), atMs);
    case 'up':
    case 'closed':
      return ignore(state);
    default:
      return report satisfies never;
  }
}

const ignore = (state: CallState): Step => ({ state, commands: [] });

function outcomeOf({ reason, sipStatus, q850 }: LineEnd): Outcome {
  switch (reason) {
    case 'refused':
      return byResident(endCauseOf(sipStatus ?? 503, q850), sipStatus);
    case 'no-answer':
      return bySystem('no-answer');
    case 'abandoned':
    case 'hung-up':
      return byResident('abandoned');
    case 'failed':
      return bySystem('failed');
    default:
      return reason satisfies never;
  }
}
