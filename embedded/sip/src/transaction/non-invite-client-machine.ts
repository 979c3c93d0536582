import { startTimer, stay, stopTimer, to } from './machine.model.ts';
import type { ClientEvent, MachineSettings, MachineState, Step } from './machine.model.ts';

/** Non-INVITE client transaction, RFC 3261 §17.1.2: trying -> proceeding -> completed -> terminated. */
export function stepNonInviteClient(state: MachineState, event: ClientEvent, settings: MachineSettings): Step {
  switch (state.phase) {
    case 'initial':
      return event.kind === 'start' ? start(settings) : stay(state);
    case 'trying':
    case 'proceeding':
      return whilePending(state, event, settings);
    case 'completed':
      return event.kind === 'timer' && event.name === 'K' ? to('terminated') : stay(state);
    default:
      return stay(state);
  }
}

function start(settings: MachineSettings): Step {
  const timerE = settings.isReliable ? [] : [startTimer('E', settings.t1Ms)];
  return to('trying', [{ kind: 'send-request' }, ...timerE, startTimer('F', 64 * settings.t1Ms)], settings.t1Ms);
}

function whilePending(state: MachineState, event: ClientEvent, settings: MachineSettings): Step {
  if (event.kind === 'transport-error') return to('terminated', [{ kind: 'fail', cause: 'transport' }]);
  if (event.kind === 'timer' && event.name === 'F') return to('terminated', [{ kind: 'fail', cause: 'timeout' }]);
  if (event.kind === 'timer' && event.name === 'E') {
    const intervalMs = state.phase === 'proceeding' ? settings.t2Ms : Math.min(state.intervalMs * 2, settings.t2Ms);
    return to(state.phase, [{ kind: 'send-request' }, startTimer('E', intervalMs)], intervalMs);
  }
  if (event.kind !== 'response') return stay(state);
  if (event.status < 200) return to('proceeding', [{ kind: 'deliver' }], state.intervalMs);
  const timerK = settings.isReliable ? 0 : settings.t4Ms;
  return to('completed', [stopTimer('E'), stopTimer('F'), { kind: 'deliver' }, startTimer('K', timerK)]);
}
