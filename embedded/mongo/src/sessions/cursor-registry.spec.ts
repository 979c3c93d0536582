import { CursorRegistry } from './cursor-registry.ts';

describe('cursor registry', () => {
  const endless = (onEnd: () => void): Iterator<Uint8Array> =>
    (function* (): Generator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(5);
      } finally {
        onEnd();
      }
    })();

  it('lets the source of a cursor go when it is killed, with its session, or after one batch', () => {
    const registry = new CursorRegistry(() => 0);
    const cursors = registry.forSession('a');
    const ended: string[] = [];
    const open = (name: string, isSingleBatch = false): bigint =>
      cursors.open(
        'db.c',
        endless(() => ended.push(name)),
        { batchSize: 1, isSingleBatch },
      ).id;
    cursors.kill(open('killed'));
    expect(ended).toEqual(['killed']);
    open('of the session');
    registry.killOfSession('a');
    expect(ended).toEqual(['killed', 'of the session']);
    open('single', true);
    expect(ended).toEqual(['killed', 'of the session', 'single']);
  });
});
