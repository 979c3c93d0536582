import { FRAME_SAMPLES } from '../mixer/frame.ts';
import { encodeMessage, FrameStreamReader } from './frame-stream.ts';
import type { ChannelFrame, FrameState, MessageBody } from './frame-stream.ts';
import { interleave, Timeline } from './timeline.ts';

const frame = (state: FrameState = 'played', value = 1): ChannelFrame => ({
  state,
  samples: new Int16Array(FRAME_SAMPLES).fill(value),
});
const said = (...states: FrameState[]): MessageBody => ({ kind: 'frame', channels: states.map((state) => frame(state)) });

/** A recording as the mixer tells it, played into a timeline that draws `f` for a frame and `.` for 20 ms of silence. */
class Story {
  drawn = '';
  readonly timeline = new Timeline({
    frame: () => {
      this.drawn += 'f';
    },
    silence: (ticks) => {
      this.drawn += '.'.repeat(ticks);
    },
  });
  readonly told: Buffer[] = [];
  #sequence = 0;

  start(names = ['agent', 'resident'], tick = 0): this {
    return this.#add(0, tick, { kind: 'start', names, atMs: 1_000_000 + tick * 20 });
  }

  tell(tick: number, body: MessageBody): this {
    this.#sequence += 1;
    return this.#add(this.#sequence, tick, body);
  }

  frames(from: number, count: number, ...states: FrameState[]): this {
    for (let tick = from; tick < from + count; tick += 1) this.tell(tick, said(...states));
    return this;
  }

  lose(count: number): this {
    this.#sequence += count;
    return this;
  }

  finish(): Timeline {
    for (const message of new FrameStreamReader().read(Buffer.concat(this.told))) this.timeline.add(message);
    this.timeline.finish();
    return this.timeline;
  }

  #add(sequence: number, tick: number, body: MessageBody): this {
    this.told.push(encodeMessage({ recording: 1, sequence, tick }, body));
    return this;
  }
}

describe('the timeline of a recording', () => {
  it('counts what each party said, and knows its beginning and length', () => {
    const story = new Story().start().frames(0, 3, 'played', 'concealed').tell(3, { kind: 'end' });
    const timeline = story.finish();
    expect(story.drawn).toBe('fff');
    expect([timeline.ticks, timeline.startedAtMs, timeline.hasEnded]).toEqual([3, 1_000_000, true]);
    expect(timeline.channels.map(({ name, played, concealed }) => [name, played, concealed])).toEqual([
      ['agent', 3, 0],
      ['resident', 0, 3],
    ]);
  });

  it('counts once what two recorders wrote, wherever the second one began', () => {
    const story = new Story().start().frames(0, 4, 'played');
    const again = story.told.slice(2);
    story.start(['agent'], 3);
    story.told.push(...again);
    story.frames(4, 2, 'played').tell(6, { kind: 'end' });
    const timeline = story.finish();
    expect([story.drawn, timeline.gaps]).toEqual(['ffffff', []]);
  });

  it('makes a gap of known length of what never reached the disk', () => {
    const story = new Story().start().frames(0, 2, 'played').lose(5).start(['agent'], 7).frames(7, 1, 'played');
    const timeline = story.finish();
    expect(story.drawn).toBe('ff.....f');
    expect(timeline.gaps).toEqual([{ kind: 'not-written', channel: null, tick: 2, ticks: 5 }]);
    expect(timeline.marks).toEqual([{ kind: 'gap', atSeconds: 0.04, seconds: 0.1, reason: null }]);
    expect(timeline.hasEnded).toBeFalse();
  });

  it('makes silence and a mark of a pause, no gap, also when it lasts to the end or its end was lost', () => {
    const pause: MessageBody = { kind: 'note', note: { note: 'pause', reason: 'account-number' } };
    const whole = new Story().start().frames(0, 1, 'played').tell(1, pause);
    whole.tell(4, { kind: 'note', note: { note: 'resume' } }).frames(4, 1, 'played');
    const lasting = new Story().start().frames(0, 1, 'played').tell(1, pause).tell(4, { kind: 'end' });
    const lost = new Story().start().frames(0, 1, 'played').tell(1, pause).lose(1).frames(4, 1, 'played');
    for (const [story, drawn] of [
      [whole, 'f...f'],
      [lasting, 'f...'],
      [lost, 'f...f'],
    ] as const) {
      const timeline = story.finish();
      expect([story.drawn, timeline.gaps]).toEqual([drawn, []]);
      expect(timeline.marks).toEqual([{ kind: 'pause', atSeconds: 0.02, seconds: 0.06, reason: 'account-number' }]);
    }
  });

  it('names the time the mixer stood still, and long runs without packets of one party', () => {
    const story = new Story().start().frames(0, 2, 'played', 'played').tell(2, { kind: 'gap', ticks: 3 });
    story.frames(5, 30, 'concealed', 'played').frames(35, 1, 'played', 'concealed');
    expect(story.finish().gaps).toEqual([
      { kind: 'stood-still', channel: null, tick: 2, ticks: 3 },
      { kind: 'not-received', channel: 'agent', tick: 5, ticks: 30 },
    ]);
  });

  it('takes in parties that join late, and adds up the packets of every leg they had', () => {
    const story = new Story().start(['agent']).frames(0, 1, 'played');
    story.tell(1, { kind: 'note', note: { note: 'channels', names: ['agent', 'interpreter'] } }).frames(1, 2, 'played', 'played');
    for (const received of [100, 20]) story.tell(3, { kind: 'note', note: { note: 'packets', name: 'interpreter', received } });
    expect(story.finish().channels).toEqual([
      { name: 'agent', played: 3, concealed: 0, packets: null },
      { name: 'interpreter', played: 2, concealed: 0, packets: 120 },
    ]);
  });

  it('puts each party on its own channel, whoever is absent', () => {
    const block = interleave([frame('played', 1), frame('absent'), frame('concealed', 3)], 4);
    expect([...new Int16Array(block.buffer, block.byteOffset, 8)]).toEqual([1, 0, 3, 0, 1, 0, 3, 0]);
    expect(block.length).toBe(FRAME_SAMPLES * 4 * 2);
  });
});
