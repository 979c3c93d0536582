import type { CallPartyClientEvents } from './call-parties.contract.ts';
import type { CallbackClientEvents, CallbackServerEvents } from './callbacks.contract.ts';
import type { CallClientEvents, CallServerEvents } from './calls.contract.ts';
import type { CaseServerEvents } from './cases.contract.ts';
import type { LiveCallClientEvents, LiveCallServerEvents } from './live-calls.contract.ts';
import type { RecordingClientEvents, RecordingServerEvents } from './recordings.contract.ts';
import type { AgentServerEvents } from './users.contract.ts';
import type { WallboardClientEvents, WallboardServerEvents } from './wallboard.contract.ts';

/** Everything the server may say over the socket: the sum of every feature's news. */
export interface ServerToClientEvents
  extends
    AgentServerEvents,
    CallbackServerEvents,
    CallServerEvents,
    CaseServerEvents,
    LiveCallServerEvents,
    RecordingServerEvents,
    WallboardServerEvents {
  /** The session ended (log-out elsewhere, expiry, blocked): show the log-in screen. */
  'session:ended': () => void;
}

/** Everything the browser may ask over the socket: the sum of every feature's commands. */
export interface ClientToServerEvents
  extends
    CallbackClientEvents,
    CallClientEvents,
    CallPartyClientEvents,
    LiveCallClientEvents,
    RecordingClientEvents,
    WallboardClientEvents {}
