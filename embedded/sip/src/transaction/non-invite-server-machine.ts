import { startTimer, stay, to } from './machine.model.ts';
import type { MachineSettings, MachineState, ServerEvent, Step } from './machine.model.ts';

/** Non-INVITE server transaction, RFC 3261 §17.2.2: trying -> proceeding -> completed -> terminated. */
export function stepNonInviteServer(state: MachineState, event: ServerEvent, settings: MachineSettings): Step {
  switch (state.phase) {
    case 'initial':
      return event.kind === 'request' ? to('trying', [{ kind: 'deliver' }]) : stay(state);
    case 'trying':
    case 'proceeding':
      if (event.kind === 'transport-error') return to('terminated', [{ kind: 'fail', cause: 'transport' }]);
      if (event.kind === 'request') return state.phase === 'trying' ? stay(state) : stay(state, { kind: 'send-response' });
      if (event.kind !== 'respond') return stay(state);
      if (event.status < 200) return to('proceeding', [{ kind: 'send-response' }]);
      return to('completed', [{ kind: 'send-response' }, startTimer('J', settings.isReliable ? 0 : 64 * settings.t1Ms)]);
    case 'completed':
      if (event.kind === 'request') return stay(state, { kind: 'send-response' });
      if (event.kind === 'transport-error') return to('terminated');
      return event.kind === 'timer' && event.name === 'J' ? to('terminated') : stay(state);
    default:
      return stay(state);
  }
}
