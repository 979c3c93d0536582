import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type Srf from 'drachtio-srf';
import { AnsweringApplication } from './answering-application.ts';
import { ControlTap } from './control-tap.ts';
import type { ServerUnderTest } from './server-under-test.ts';
import { writeWireLog } from './wire-log.ts';
import { headerOf, PEER_SDP, WirePeer } from './wire-peer.ts';

const SETTLED_MS = 120;
/** drachtio-srf repeats every earlier `route` with each new one: 1 + 2 + 3. */
const ROUTES = 6;

interface Stage {
  readonly application: AnsweringApplication;
  readonly peer: WirePeer;
  /** How the application calls the peer. */
  readonly peerUri: string;
  /** A TCP port on which nobody listens. */
  readonly closedPort: number;
}

type Script = (stage: Stage) => Promise<void>;

const sdp = { body: PEER_SDP };

/** The peer calls; the user part says what the application does (answering-application.ts). */
async function callIn({ peer }: Stage, user: string, headers: readonly string[] = []): Promise<void> {
  peer.request('INVITE', { user, headers, ...sdp, cseq: 100 });
  await peer.expect('200 INVITE');
  peer.request('ACK', { cseq: 100 });
}

async function hangUp({ peer }: Stage): Promise<void> {
  peer.request('BYE');
  await peer.expect('200 BYE');
}

/** The application calls, the peer rings and answers. */
async function callOut({ application, peer, peerUri }: Stage): Promise<Srf.Dialog> {
  const dialing = application.dial(peerUri);
  const invite = await peer.expect('INVITE');
  peer.respond(invite, '100 Trying');
  peer.respond(invite, '180 Ringing');
  await sleep(SETTLED_MS);
  peer.respond(invite, '200 OK', [], PEER_SDP);
  await peer.expect('ACK');
  const dialog = await dialing;
  if (typeof dialog === 'number') throw new Error(`the call was refused with ${dialog}`);
  return dialog;
}

async function hangUpOut({ application, peer }: Stage, dialog: Srf.Dialog): Promise<void> {
  const over = application.hangUp(dialog);
  peer.respond(await peer.expect('BYE'), '200 OK');
  await over;
}

/** By name, which is also that of the stored log. */
export const WIRE_SCENARIOS: Readonly<Record<string, Script>> = {
  register: async ({ peer }) => {
    peer.request('REGISTER', { headers: ['Expires: 300'] });
    await peer.expect('401 REGISTER');
    peer.request('REGISTER', { headers: ['Expires: 300', 'Authorization: Digest username="desk", response="0"'] });
    await peer.expect('200 REGISTER');
  },
  'call-in-caller-hangs-up': async (stage) => {
    await callIn(stage, 'answers');
    await sleep(SETTLED_MS);
    await hangUp(stage);
  },
  'call-in-application-hangs-up': async (stage) => {
    await callIn(stage, 'hangs-up');
    stage.peer.respond(await stage.peer.expect('BYE'), '200 OK');
  },
  'call-out-application-hangs-up': async (stage) => hangUpOut(stage, await callOut(stage)),
  'call-out-peer-hangs-up': async (stage) => {
    await callOut(stage);
    await hangUp(stage);
  },
  'cancel-in': async ({ peer }) => {
    const branch = peer.request('INVITE', { user: 'rings', ...sdp, cseq: 100 });
    await peer.expect('180 INVITE');
    peer.request('CANCEL', { branch, cseq: 100 });
    await peer.expect('487 INVITE');
    peer.request('ACK', { branch, cseq: 100 });
  },
  'cancel-out': async ({ application, peer, peerUri }) => {
    const dialing = application.dial(peerUri, { cancels: true });
    const invite = await peer.expect('INVITE');
    peer.respond(invite, '180 Ringing');
    peer.respond(await peer.expect('CANCEL'), '200 OK');
    peer.respond(invite, '487 Request Terminated');
    await peer.expect('ACK');
    await dialing;
  },
  'busy-in': async ({ peer }) => {
    const branch = peer.request('INVITE', { user: 'busy', ...sdp, cseq: 100 });
    await peer.expect('486 INVITE');
    peer.request('ACK', { branch, cseq: 100 });
  },
  'busy-out': async ({ application, peer, peerUri }) => {
    const dialing = application.dial(peerUri);
    peer.respond(await peer.expect('INVITE'), '486 Busy Here');
    await peer.expect('ACK');
    await dialing;
  },
  'reinvite-in': async (stage) => {
    await callIn(stage, 'answers');
    await sleep(SETTLED_MS);
    stage.peer.request('INVITE', { ...sdp, cseq: 101 });
    await stage.peer.expect('200 INVITE');
    stage.peer.request('ACK', { cseq: 101 });
    await sleep(SETTLED_MS);
    await hangUp(stage);
  },
  'reinvite-out': async (stage) => {
    await callIn(stage, 'reinvites');
    stage.peer.respond(await stage.peer.expect('INVITE'), '200 OK', [], PEER_SDP);
    await stage.peer.expect('ACK');
    await sleep(SETTLED_MS);
    await hangUp(stage);
  },
  'info-dtmf': async (stage) => {
    await callIn(stage, 'answers');
    await sleep(SETTLED_MS);
    stage.peer.request('INFO', { body: 'Signal=5\r\nDuration=160\r\n', contentType: 'application/dtmf-relay' });
    await stage.peer.expect('200 INFO');
    await hangUp(stage);
  },
  refer: async (stage) => {
    await callIn(stage, 'answers');
    await sleep(SETTLED_MS);
    stage.peer.request('REFER', { headers: ['Refer-To: <sip:somebody@example.com>'] });
    await stage.peer.expect('202 REFER');
    stage.peer.respond(await stage.peer.expect('NOTIFY'), '200 OK');
    await sleep(SETTLED_MS);
    await hangUp(stage);
  },
  'session-timer': async (stage) => {
    const timer = ['Supported: timer', 'Session-Expires: 90;refresher=uac', 'Min-SE: 90'];
    await callIn(stage, 'timer', timer);
    await sleep(SETTLED_MS);
    stage.peer.request('UPDATE', { headers: timer });
    await stage.peer.expect('200 UPDATE');
    await hangUp(stage);
  },
  'prack-in': async (stage) => {
    const { peer } = stage;
    peer.request('INVITE', { user: 'reliable', headers: ['Supported: 100rel'], ...sdp, cseq: 100 });
    const progress = await peer.expect('183 INVITE');
    peer.request('PRACK', { headers: [`RAck: ${headerOf(progress, 'RSeq')} 100 INVITE`] });
    await peer.expect('200 INVITE');
    peer.request('ACK', { cseq: 100 });
    await sleep(SETTLED_MS);
    await hangUp(stage);
  },
  'prack-out': async (stage) => {
    const { application, peer, peerUri } = stage;
    const dialing = application.dial(peerUri, { headers: { Supported: '100rel' } });
    const invite = await peer.expect('INVITE');
    peer.respond(invite, '183 Session Progress', ['Require: 100rel', 'RSeq: 1'], PEER_SDP);
    peer.respond(await peer.expect('PRACK'), '200 OK');
    await sleep(SETTLED_MS);
    peer.respond(invite, '200 OK', [], PEER_SDP);
    await peer.expect('ACK');
    const dialog = await dialing;
    if (typeof dialog === 'number') throw new Error(`the call was refused with ${dialog}`);
    await hangUpOut(stage, dialog);
  },
  'no-answer-408': async ({ application, peerUri }) => {
    const status = await application.dial(peerUri);
    if (status !== 408) throw new Error('a call that nobody answers must end with 408');
  },
  'unreachable-503': async ({ application, closedPort }) => {
    const status = await application.dial(`sip:nobody@127.0.0.1:${closedPort};transport=tcp`);
    if (status !== 503) throw new Error('a call to a closed port must end with 503');
  },
  'unrouted-503': async ({ peer }) => {
    peer.request('MESSAGE', { body: 'hello', contentType: 'text/plain' });
    await peer.expect('503 MESSAGE');
  },
};

/** Plays one scenario on that server and returns its log. @throws when the server does not say what the script waits for */
export async function recordWireLog(server: ServerUnderTest, name: string): Promise<string> {
  const script = WIRE_SCENARIOS[name];
  if (script === undefined) throw new Error(`there is no scenario ${name}`);
  const tap = await ControlTap.open(server.control);
  const application = await AnsweringApplication.connect({ ...server.control, host: '127.0.0.1', port: tap.port });
  const serverPort = portOf(application, 'udp');
  const peer = await WirePeer.open(serverPort);
  const closedPort = await findClosedPort();
  try {
    await until(() => tap.frames.filter(({ from }) => from === 'server').length >= 1 + ROUTES);
    await script({ application, peer, peerUri: `sip:peer@127.0.0.1:${peer.port};transport=udp`, closedPort });
    await silence(() => tap.frames.length + peer.datagrams.length);
  } finally {
    peer.close();
    await application.disconnect();
    await tap.close();
  }
  const ports = {
    'closed-address': closedPort,
    'peer-address': peer.port,
    'server-address': serverPort,
    'server-tcp-address': portOf(application, 'tcp'),
  };
  return writeWireLog({ frames: tap.frames, datagrams: peer.datagrams, ports });
}

function portOf({ listening }: AnsweringApplication, protocol: string): number {
  return Number(listening.get(protocol)?.split(':').at(-1));
}

async function findClosedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server listening on a host and port has an AddressInfo, never a pipe name.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let waitedMs = 0; !isTrue(); waitedMs += 5) {
    if (waitedMs > 5_000) throw new Error('the server did not answer the application');
    await sleep(5);
  }
}

/** Waits until nobody says anything any more. */
async function silence(said: () => number): Promise<void> {
  for (let before = -1; before !== said();) {
    before = said();
    await sleep(SETTLED_MS);
  }
}
