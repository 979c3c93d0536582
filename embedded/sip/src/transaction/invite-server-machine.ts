import { startTimer, stay, stopTimer, to } from './machine.model.ts';
import type { MachineSettings, MachineState, ServerEvent, Step } from './machine.model.ts';

/**
 * INVITE server transaction, RFC 3261 §17.2.1 with RFC 6026 §7.1:
 * proceeding -> accepted (2xx, repeated by the dialog until its ACK) | completed (300-699, repeated here) -> confirmed -> terminated.
 */
export function stepInviteServer(state: MachineState, event: ServerEvent, settings: MachineSettings): Step {
  switch (state.phase) {
    case 'initial':
      return event.kind === 'request' ? to('proceeding', [{ kind: 'deliver' }]) : stay(state);
    case 'proceeding':
      return whileProceeding(state, event, settings);
    case 'completed':
      return whenCompleted(state, event, settings);
    case 'accepted':
      if (event.kind === 'respond' && event.status >= 200 && event.status < 300) return stay(state, { kind: 'send-response' });
      return event.kind === 'timer' && event.name === 'L' ? to('terminated') : stay(state);
    case 'confirmed':
      return event.kind === 'timer' && event.name === 'I' ? to('terminated') : stay(state);
    default:
      return stay(state);
  }
}

function whileProceeding(state: MachineState, event: ServerEvent, settings: MachineSettings): Step {
  if (event.kind === 'request') return stay(state, { kind: 'send-response' });
  if (event.kind === 'transport-error') return to('terminated', [{ kind: 'fail', cause: 'transport' }]);
  if (event.kind !== 'respond') return stay(state);
  if (event.status < 200) return stay(state, { kind: 'send-response' });
  if (event.status < 300) return to('accepted', [{ kind: 'send-response' }, startTimer('L', 64 * settings.t1Ms)]);
  const timerG = settings.isReliable ? [] : [startTimer('G', settings.t1Ms)];
  return to('completed', [{ kind: 'send-response' }, ...timerG, startTimer('H', 64 * settings.t1Ms)], settings.t1Ms);
}

function whenCompleted(state: MachineState, event: ServerEvent, settings: MachineSettings): Step {
  if (event.kind === 'request') return stay(state, { kind: 'send-response' });
  if (event.kind === 'ack') {
    return to('confirmed', [stopTimer('G'), stopTimer('H'), startTimer('I', settings.isReliable ? 0 : settings.t4Ms)]);
  }
  if (event.kind === 'transport-error') return to('terminated');
  if (event.kind === 'timer' && event.name === 'H') return to('terminated');
  if (event.kind === 'timer' && event.name === 'G') {
    const intervalMs = Math.min(state.intervalMs * 2, settings.t2Ms);
    return to('completed', [{ kind: 'send-response' }, startTimer('G', intervalMs)], intervalMs);
  }
  return stay(state);
}
