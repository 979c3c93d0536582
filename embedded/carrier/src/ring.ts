import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ConfigError, formatHostPort, loadControlAddress } from './config.ts';

const HELP = `Rings in at the city as a resident: node embedded/carrier/src/ring.ts [from] [to]
  from  the resident's number, national form (09000000123)
  to    the city's number (0220001100)
CARRIER_CONTROL names the carrier's control address (127.0.0.1:18007). Ctrl-C hangs up.
`;
const POLL_MS = 200;

const Placed = z.object({ id: z.string() });
const Problem = z.object({ detail: z.string() });
const Call = z.object({
  state: z.enum(['calling', 'ringing', 'talking', 'ended']),
  status: z.int().nullable(),
  endedBy: z.enum(['resident', 'gateway']).nullable(),
  ringMs: z.number(),
  talkMs: z.number(),
});
type Call = z.infer<typeof Call>;

async function ring(from: string, to: string): Promise<number> {
  const control = `http://${formatHostPort(loadControlAddress())}`;
  const placed = await fetch(`${control}/calls`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from, to }),
  });
  if (!placed.ok) throw new Error(`The carrier refused the call: ${Problem.parse(await placed.json()).detail}.`);
  const address = `${control}/calls/${Placed.parse(await placed.json()).id}`;
  // A call that has just ended answers 409: there is nothing left to hang up.
  process.once('SIGINT', () => void fetch(address, { method: 'DELETE' }));
  const ended = await follow(address);
  say(sentenceAbout(ended));
  return ended.talkMs > 0 ? 0 : 1;
}

async function follow(address: string): Promise<Call> {
  let shown = '';
  for (;;) {
    const call = Call.parse(await (await fetch(address)).json());
    if (call.state === 'ended') return call;
    if (call.state !== shown && call.state === 'ringing') say('It rings at the city.');
    if (call.state !== shown && call.state === 'talking')
      say(`Answered after ${seconds(call.ringMs)} of ringing. Ctrl-C hangs up.`);
    shown = call.state;
    await sleep(POLL_MS);
  }
}

function sentenceAbout(call: Call): string {
  const who = call.endedBy === 'resident' ? 'the resident' : 'the city';
  if (call.talkMs > 0) return `They talked for ${seconds(call.talkMs)}; ${who} hung up.`;
  if (call.endedBy === 'resident') return `The resident gave up after ${seconds(call.ringMs)} of ringing.`;
  return `The city did not take the call (SIP ${call.status ?? 'without an answer'}).`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (error instanceof TypeError) return `The carrier does not answer on its control address. Start it first.`;
  return error instanceof Error ? error.message : String(error);
}

const [from = '09000000123', to = '0220001100', ...rest] = process.argv.slice(2);
if (rest.length > 0 || from.startsWith('-')) {
  process.stdout.write(HELP);
  process.exitCode = from === '--help' ? 0 : 1;
} else {
  try {
    process.exitCode = await ring(from, to);
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = 1;
  }
}
