import type { CallId, UserId } from '#contracts/ids.contract';
import type { DialCommand } from '#contracts/gateway.contract';
import type { z } from 'zod';
import type { IncomingLeg } from '../ports/signalling.port.ts';
import { agentOf, arrived, dialled } from './call.model.ts';
import type { CallEventKind, CallState } from './call.model.ts';
import { CallRunner, residentLeg } from './call-runner.ts';
import type { CallPorts } from './call-runner.ts';

/** Seconds a caller waits for an agent to be named, and again for that agent to answer. */
const WAIT_SECONDS = 60;

/** The calls that run on this gateway. */
export class CallRegistry {
  readonly #calls = new Map<CallId, CallRunner>();
  readonly #ports: CallPorts;
  readonly #isRecorded: boolean;
  readonly #onAgentFree: (agent: UserId) => void;
  readonly #idle: (() => void)[] = [];
  readonly #agents = new Map<CallId, UserId>();

  /** `onAgentFree` is told when a call lets go of an agent. */
  constructor(ports: CallPorts, isRecorded: boolean, onAgentFree: (agent: UserId) => void) {
    this.#ports = ports;
    this.#isRecorded = isRecorded;
    this.#onAgentFree = onAgentFree;
  }

  get size(): number {
    return this.#calls.size;
  }

  get(callId: CallId): CallRunner | undefined {
    return this.#calls.get(callId);
  }

  /** What runs, for health and leak checks. */
  list(): { readonly callId: CallId; readonly phase: CallState['phase'] }[] {
    return [...this.#calls.values()].map((runner) => ({ callId: runner.callId, phase: runner.state.phase }));
  }

  /** The call this agent's leg takes part in, or null; a call that is only offered is none yet. */
  callOf(agent: UserId): CallId | null {
    const runner = this.#holding(agent);
    return runner === undefined || runner.state.phase === 'offered' ? null : runner.callId;
  }

  /** True while a call is offered to this agent or holds its leg. */
  isBusy(agent: UserId): boolean {
    return this.#holding(agent) !== undefined;
  }

  dial(command: z.infer<typeof DialCommand>): void {
    const { callId, agentId, to, callerId, ringSeconds } = command;
    const state = dialled({ callId, agentId, to, callerId, ringSeconds, isRecorded: this.#isRecorded });
    this.#start(callId, state, null);
  }

  arrive(callId: CallId, incoming: IncomingLeg): void {
    const { from, to } = incoming;
    this.#start(callId, arrived({ callId, from, to, waitSeconds: WAIT_SECONDS, isRecorded: this.#isRecorded }), incoming);
  }

  /** Tells the call that holds this agent, if any. */
  agentLost(agent: UserId): void {
    this.#holding(agent)?.post({ type: 'agent-lost' });
  }

  /** Tells every call. */
  postAll(event: CallEventKind): void {
    for (const runner of [...this.#calls.values()]) runner.post(event);
  }

  /** The call whose resident is on this mixer leg. */
  ofLeg(leg: string): CallRunner | undefined {
    for (const runner of this.#calls.values()) if (residentLeg(runner.callId) === leg) return runner;
    return undefined;
  }

  /** The call that this recording belongs to. */
  ofRecording(recording: string): CallRunner | undefined {
    for (const runner of this.#calls.values()) if (runner.callId === recording) return runner;
    return undefined;
  }

  /** Resolves when no call is left. */
  whenIdle(): Promise<void> {
    if (this.#calls.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #holding(agent: UserId): CallRunner | undefined {
    for (const runner of this.#calls.values()) if (agentOf(runner.state) === agent) return runner;
    return undefined;
  }

  #start(callId: CallId, state: CallState, incoming: IncomingLeg | null): void {
    const runner = new CallRunner(this.#ports, { callId, state, incoming }, (changed) => {
      this.#noteChange(changed);
    });
    this.#calls.set(callId, runner);
    this.#noteChange(runner);
    runner.post({ type: 'begin' });
  }

  #noteChange(runner: CallRunner): void {
    const before = this.#agents.get(runner.callId);
    const now = agentOf(runner.state);
    if (now === null) this.#agents.delete(runner.callId);
    else this.#agents.set(runner.callId, now);
    if (runner.state.phase === 'ended') this.#calls.delete(runner.callId);
    if (before !== undefined && before !== now) this.#onAgentFree(before);
    if (this.#calls.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
