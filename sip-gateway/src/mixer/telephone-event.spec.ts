import { areDigits, parseTelephoneEvent, TelephoneEventDetector, TelephoneEventSender } from './telephone-event.ts';

function event(digit: string, duration = 160): { digit: string; duration: number } {
  return { digit, duration };
}

describe('the detector of telephone-events', () => {
  it('reports an event once, however many packets carry it', () => {
    const detector = new TelephoneEventDetector();
    const packets = [160, 320, 480, 480, 480].map((duration) => detector.detect(8000, event('5', duration)));
    expect(packets).toEqual(['5', null, null, null, null]);
  });

  it('reports the same digit again when it has a new timestamp', () => {
    const detector = new TelephoneEventDetector();
    expect([detector.detect(8000, event('5')), detector.detect(9600, event('5'))]).toEqual(['5', '5']);
  });

  it('reports an event whose first packets were lost', () => {
    const detector = new TelephoneEventDetector();
    detector.detect(8000, event('1'));
    expect(detector.detect(9600, event('2', 800))).toBe('2');
  });

  it('ignores a straggler of the event before', () => {
    const detector = new TelephoneEventDetector();
    detector.detect(8000, event('1'));
    detector.detect(9600, event('2'));
    expect(detector.detect(8000, event('1', 800))).toBeNull();
    expect(detector.detect(9600, event('2', 800))).toBeNull();
  });

  it('takes the segments of one very long event as one digit', () => {
    const detector = new TelephoneEventDetector();
    detector.detect(8000, event('9', 0xffff));
    expect(detector.detect(8000 + 0xffff, event('9', 160))).toBeNull();
  });

  it('works across the wrap of the timestamp', () => {
    const detector = new TelephoneEventDetector();
    detector.detect(2 ** 32 - 100, event('1'));
    expect(detector.detect(2 ** 32 - 100, event('1', 320))).toBeNull();
    expect(detector.detect(1500, event('2'))).toBe('2');
  });
});

describe('a telephone-event payload', () => {
  it('is read with its digit and duration', () => {
    expect(parseTelephoneEvent(Buffer.from([11, 0x8a, 0x03, 0x20]))).toEqual({ digit: '#', duration: 800 });
  });

  it('is refused when cut short or no DTMF digit', () => {
    expect(parseTelephoneEvent(Buffer.from([1, 0, 0]))).toBeNull();
    expect(parseTelephoneEvent(Buffer.from([16, 0, 0, 160]))).toBeNull();
  });

  it('can carry 0-9 * # A-D and nothing else', () => {
    expect(areDigits('0123456789*#ABCD')).toBeTrue();
    for (const refused of ['', 'E', '1 2', 'a', '１']) expect(areDigits(refused)).toBeFalse();
  });
});

describe('the sender of telephone-events', () => {
  it('sends each digit for 100 ms, ends it three times, and pauses 100 ms', () => {
    const sender = new TelephoneEventSender();
    sender.enqueue('1#');
    const ticks = Array.from({ length: 21 }, (_, tick) => sender.next(5000 + tick * 160));
    const sent = ticks.map(
      (tick) => tick && { ...parseTelephoneEvent(tick.payload), end: (tick.payload[1] ?? 0) >> 7, at: tick.startTimestamp },
    );
    expect(sent.slice(0, 7)).toEqual([
      { digit: '1', duration: 160, end: 0, at: 5000 },
      { digit: '1', duration: 320, end: 0, at: 5000 },
      { digit: '1', duration: 480, end: 0, at: 5000 },
      { digit: '1', duration: 640, end: 0, at: 5000 },
      { digit: '1', duration: 800, end: 1, at: 5000 },
      { digit: '1', duration: 800, end: 1, at: 5000 },
      { digit: '1', duration: 800, end: 1, at: 5000 },
    ]);
    expect(sent.slice(7, 10)).toEqual([null, null, null]);
    expect(sent[10]).toEqual({ digit: '#', duration: 160, end: 0, at: 6600 });
    expect(sent[20]).toBeNull();
    expect(sender.pending).toBe(0);
  });

  it('marks the first packet of an event and leaves audio out only while the digit lasts', () => {
    const sender = new TelephoneEventSender();
    sender.enqueue('7');
    const ticks = Array.from({ length: 7 }, (_, tick) => sender.next(tick * 160));
    expect(ticks.map((tick) => tick?.marker)).toEqual([true, false, false, false, false, false, false]);
    expect(ticks.map((tick) => tick?.replacesAudio)).toEqual([true, true, true, true, true, false, false]);
  });
});
