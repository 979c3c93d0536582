import { startTimer, stay, stopTimer, to } from './machine.model.ts';
import type { ClientEvent, MachineSettings, MachineState, Step } from './machine.model.ts';

/** RFC 3261 §17.1.1.2: Timer D is at least 32 s on an unreliable transport. */
const timerD = (settings: MachineSettings): number => (settings.isReliable ? 0 : 64 * settings.t1Ms);

/**
 * INVITE client transaction, RFC 3261 §17.1.1 with RFC 6026 §7.2:
 * calling -> proceeding -> completed (300-699, we ACK) | accepted (2xx, the layer above ACKs) -> terminated.
 */
export function stepInviteClient(state: MachineState, event: ClientEvent, settings: MachineSettings): Step {
  switch (state.phase) {
    case 'initial':
      return event.kind === 'start' ? start(settings) : stay(state);
    case 'calling':
    case 'proceeding':
      return whileRinging(state, event, settings);
    case 'completed':
      return whenCompleted(state, event);
    case 'accepted':
      if (event.kind === 'response' && event.status >= 200 && event.status < 300) return stay(state, { kind: 'deliver' });
      return event.kind === 'timer' && event.name === 'M' ? to('terminated') : stay(state);
    default:
      return stay(state);
  }
}

function start(settings: MachineSettings): Step {
  const timerA = settings.isReliable ? [] : [startTimer('A', settings.t1Ms)];
  return to('calling', [{ kind: 'send-request' }, ...timerA, startTimer('B', 64 * settings.t1Ms)], settings.t1Ms);
}

function whileRinging(state: MachineState, event: ClientEvent, settings: MachineSettings): Step {
  if (event.kind === 'transport-error') return to('terminated', [{ kind: 'fail', cause: 'transport' }]);
  if (event.kind === 'cancelled') return stay(state, startTimer('cancelWait', 64 * settings.t1Ms));
  if (event.kind === 'timer') return onTimer(state, event.name);
  if (event.kind !== 'response') return stay(state);
  if (event.status < 200) return to('proceeding', [stopTimer('A'), stopTimer('B'), { kind: 'deliver' }]);
  const stop = [stopTimer('A'), stopTimer('B'), stopTimer('cancelWait')];
  if (event.status < 300) return to('accepted', [...stop, { kind: 'deliver' }, startTimer('M', 64 * settings.t1Ms)]);
  return to('completed', [...stop, { kind: 'send-ack' }, { kind: 'deliver' }, startTimer('D', timerD(settings))]);
}

function onTimer(state: MachineState, name: string): Step {
  if (name === 'B' || name === 'cancelWait') return to('terminated', [{ kind: 'fail', cause: 'timeout' }]);
  if (name !== 'A' || state.phase !== 'calling') return stay(state);
  const intervalMs = state.intervalMs * 2;
  return to('calling', [{ kind: 'send-request' }, startTimer('A', intervalMs)], intervalMs);
}

function whenCompleted(state: MachineState, event: ClientEvent): Step {
  if (event.kind === 'response' && event.status >= 300) return stay(state, { kind: 'send-ack' });
  const isOver = event.kind === 'transport-error' || (event.kind === 'timer' && event.name === 'D');
  return isOver ? to('terminated') : stay(state);
}
