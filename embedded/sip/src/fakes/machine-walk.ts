import { INITIAL } from '../transaction/machine.model.ts';
import type { Effect, MachineSettings, MachineState, Step } from '../transaction/machine.model.ts';

/** Leads a machine through events and writes down what it wanted, as short words: `send-request`, `A=500`, `stop A`. */
export class MachineWalk<Event> {
  state: MachineState = INITIAL;
  private readonly machine: (state: MachineState, event: Event, settings: MachineSettings) => Step;
  private readonly settings: MachineSettings;

  constructor(machine: (state: MachineState, event: Event, settings: MachineSettings) => Step, isReliable: boolean) {
    this.machine = machine;
    this.settings = { t1Ms: 500, t2Ms: 4_000, t4Ms: 5_000, isReliable };
  }

  /** Feeds one event; returns the phase it led to and the effects. */
  feed(event: Event): string[] {
    const { state, effects } = this.machine(this.state, event, this.settings);
    this.state = state;
    return [state.phase, ...effects.map(write)];
  }
}

function write(effect: Effect): string {
  if (effect.kind === 'start-timer') return `${effect.name}=${effect.delayMs}`;
  if (effect.kind === 'stop-timer') return `stop ${effect.name}`;
  return effect.kind === 'fail' ? `fail ${effect.cause}` : effect.kind;
}
