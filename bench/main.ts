// `npm run bench`: lists the benchmarks; `npm run bench -- NAME [--quick]` runs one; `--max` searches its limit.
import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark.ts';

/** Each loads only when it runs: some bring up a whole centre. */
const BENCHMARKS: Readonly<Record<string, { readonly purpose: string; readonly load: () => Promise<Benchmark> }>> = {
  'call-setup': {
    purpose: 'click to INVITE, answer to audio, INVITE to pop-up, through the real browser, gateway, rtpengine and carrier',
    load: async () => (await import('./call-setup/call-setup.ts')).callSetup,
  },
  calls: {
    purpose: 'recorded calls through rtpengine and mixer: standing, short ones, and on a busy machine; --max searches the limit',
    load: async () => (await import('./calls/calls.ts')).calls,
  },
  documents: {
    purpose:
      'the embedded document server: inserts, reads, updates, transactions, $group over 1,000,000 documents, start, memory',
    load: async () => (await import('./documents/documents.ts')).documents,
  },
  mixer: {
    purpose: 'legs against processor time and punctuality of the mixer, with and without SCHED_FIFO',
    load: async () => (await import('./mixer/mixer.ts')).mixer,
  },
  recorder: {
    purpose: '150 two-party recordings at once: processor time of recorder and packer, octets on the disk',
    load: async () => (await import('./recorder/recorder.ts')).recorder,
  },
  sip: {
    purpose: 'registrations/s, calls/s, memory of standing dialogs and a soak of the embedded SIP server, with SIPp',
    load: async () => (await import('./sip/sip.ts')).sip,
  },
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, max: { type: 'boolean', default: false } },
});
const name = positionals[0];
const chosen = name === undefined ? undefined : BENCHMARKS[name];
if (!name || !chosen) {
  for (const [known, { purpose }] of Object.entries(BENCHMARKS)) console.log(`${known.padEnd(12)} ${purpose}`);
  process.exit(name ? 1 : 0);
}

const benchmark = await chosen.load();
const { table, figures } = await benchmark({ quick: values.quick, max: values.max, progress: (line) => console.error(line) });
console.table(table);
console.log(JSON.stringify({ bench: name, ...figures }));
