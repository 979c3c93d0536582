import type { ControlFrame } from './control-tap.ts';
import { headerOf } from './wire-peer.ts';
import type { Datagram } from './wire-peer.ts';

/** Says nothing about the protocol and differs between servers. */
const LEFT_OUT = new Set(['user-agent', 'server', 'date']);
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

export interface WireTraffic {
  readonly frames: readonly ControlFrame[];
  readonly datagrams: readonly Datagram[];
  /** Ports by what is there: `peer`, `server`. */
  readonly ports: Readonly<Record<string, number>>;
}

/**
 * Writes down what was said so that two servers can be compared: everything that is different in each run (ids, tags, branches, numbers,
 * ports, times) gets a name by its first appearance, headers stand in alphabetical order. Each direction has a section of its own, because
 * which of two messages in opposite directions comes first is chance.
 */
export function writeWireLog({ frames, datagrams, ports }: WireTraffic): string {
  const asked = frames.filter(({ from }) => from === 'application').map(({ text }) => text);
  const told = frames.filter(({ from }) => from === 'server').map(({ text }) => text);
  const answers = new Map<string, string[]>();
  for (const text of told.filter((each) => fieldOf(each, 1) === 'response')) {
    const to = fieldOf(text, 2);
    answers.set(to, [...(answers.get(to) ?? []), text]);
  }
  const scribe = new Scribe(ports);
  const sections: readonly (readonly [string, readonly string[]])[] = [
    [
      'The application asks, the server answers',
      asked.map((text) => [text, ...(answers.get(fieldOf(text, 0)) ?? [])].map((each) => scribe.frame(each)).join('\n')),
    ],
    [
      'The server tells the application',
      told.filter((text) => fieldOf(text, 1) !== 'response').map((text) => scribe.frame(text)),
    ],
    [
      'The server sends to the network',
      datagrams.filter(({ from }) => from === 'server').map(({ text }) => scribe.message(text)),
    ],
    ['The peer sends to the server', datagrams.filter(({ from }) => from === 'peer').map(({ text }) => scribe.message(text))],
  ];
  return `${sections.map(([title, entries]) => [`## ${title}`, ...entries].join('\n\n')).join('\n\n')}\n`;
}

function fieldOf(frame: string, index: number): string {
  return frame.split('\r', 1)[0]?.split('|')[index] ?? '';
}

/** Gives names to what is different in each run, the same name for the same thing throughout one log. */
class Scribe {
  private readonly names = new Map<string, string>();
  private readonly counts = new Map<string, number>();
  private readonly firstCseqs = new Map<string, number[]>();
  private readonly ports: readonly [name: string, port: number][];

  constructor(ports: Readonly<Record<string, number>>) {
    this.ports = Object.entries(ports);
  }

  /** A frame without the ids that only tie answers to questions. */
  frame(text: string): string {
    const lineEnd = text.indexOf('\r\n');
    const fields = (lineEnd < 0 ? text : text.slice(0, lineEnd)).split('|');
    const isAnswer = fields[1] === 'response';
    const shown = fields.slice(isAnswer ? 3 : 1);
    const line = this.fieldLine(fields[1] ?? '', shown);
    const prefix = isAnswer ? '  -> ' : '> ';
    if (lineEnd < 0) return `${prefix}${line}`;
    return `${prefix}${line}\n${this.message(text.slice(lineEnd + 2))}`;
  }

  message(text: string): string {
    const [head = '', ...rest] = text.split('\r\n\r\n');
    const [start = '', ...lines] = head.split('\r\n');
    const callId = headerOf(text, 'Call-ID');
    const headers = lines
      .map((line) => ({
        name: line.slice(0, line.indexOf(':')).trim().toLowerCase(),
        value: line.slice(line.indexOf(':') + 1).trim(),
      }))
      .filter(({ name }) => name !== '' && !LEFT_OUT.has(name))
      .map(({ name, value }) => `${name}: ${this.plain(this.header(name, value, callId))}`);
    const body = rest
      .join('\r\n\r\n')
      .split('\r\n')
      .filter((line) => line !== '');
    const shown = [this.plain(start), ...headers.toSorted(), ...body.map((line) => `| ${this.plain(line)}`)];
    return shown.map((line) => `    ${line}`).join('\n');
  }

  private fieldLine(type: string, fields: readonly string[]): string {
    if (type === 'authenticate') return 'authenticate|secret|';
    const isHello = fields[0] === 'OK' && /^(udp|tcp|tls|ws|wss)\//.test(fields[1] ?? '');
    if (isHello) return 'OK|addresses|version|addresses';
    const hasMeta = ['network', 'application'].includes(fields[1] ?? '');
    const named = fields.map((field, index) => {
      if (hasMeta && index === 2) return 'bytes';
      if (hasMeta && index === 6) return 'time';
      return field;
    });
    return this.plain(named.join('|'));
  }

  /** Numbers that only count from a start of somebody's choice are shown as the distance from it. */
  private header(name: string, value: string, callId: string): string {
    const relative = (number: string): string => this.relativeCseq(callId, Number(number));
    if (name === 'cseq') return value.replace(/^\d+/, relative);
    if (name === 'rack') return value.replace(/^\d+ (\d+)/, (_all, number: string) => `rseq ${relative(number)}`);
    if (name === 'rseq') return 'rseq';
    if (name === 'call-id') return this.name('call', value);
    if (name === 'via') return sortParameters(value.replace(/;rport=\d+/, ';rport=port'));
    return value;
  }

  private relativeCseq(callId: string, number: number): string {
    const starts = this.firstCseqs.get(callId) ?? [];
    this.firstCseqs.set(callId, starts);
    let which = starts.findIndex((start) => number >= start && number < start + 50);
    if (which < 0) which = starts.push(number) - 1;
    return `${'abc'[which]}+${number - (starts[which] ?? 0)}`;
  }

  private plain(text: string): string {
    let plain = text.replace(
      /^(.*\|)?([^|]+);from-tag=/,
      (_all, before: string | undefined, callId: string) => `${before ?? ''}${this.name('call', callId)};from-tag=`,
    );
    for (const [name, port] of this.ports)
      plain = plain.replaceAll(`127.0.0.1:${port}`, name).replaceAll(`127.0.0.1|${port}`, `${name}|port`);
    return plain
      .replace(/tag=([^;>\s|]+)/g, (_all, tag: string) => `tag=${this.name('tag', tag)}`)
      .replace(/branch=([^;\s]+)/g, (_all, branch: string) => `branch=${this.name('branch', branch)}`)
      .replace(UUID, (uuid) => this.name('transaction', uuid));
  }

  private name(kind: string, value: string): string {
    const key = `${kind} ${value}`;
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    this.names.set(key, `${kind}-${count}`);
    return `${kind}-${count}`;
  }
}

function sortParameters(value: string): string {
  const [first = '', ...parameters] = value.split(';');
  return [first, ...parameters.toSorted()].join(';');
}

/** What is different, line by line with the section and two lines around, for people; empty when nothing is. */
export function differences(expected: string, actual: string): string {
  const [before, after] = [expected.split('\n'), actual.split('\n')];
  // The longest common subsequence: logs have a few hundred lines.
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const [row, below] = [lengths[i], lengths[i + 1]];
      if (row === undefined || below === undefined) continue;
      row[j] = before[i] === after[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  const lines: { readonly mark: ' ' | '-' | '+'; readonly text: string }[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      lines.push({ mark: ' ', text: before[i] ?? '' });
      [i, j] = [i + 1, j + 1];
    } else if (j >= after.length || (i < before.length && (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0))) {
      lines.push({ mark: '-', text: before[i++] ?? '' });
    } else {
      lines.push({ mark: '+', text: after[j++] ?? '' });
    }
  }
  const isNear = (index: number): boolean => lines.slice(Math.max(0, index - 2), index + 3).some(({ mark }) => mark !== ' ');
  return lines
    .filter(
      ({ text, mark }, index) =>
        isNear(index) || (mark === ' ' && text.startsWith('## ') && lines.some((line) => line.mark !== ' ')),
    )
    .map(({ mark, text }) => `${mark} ${text}`)
    .join('\n');
}
