import { execFile } from 'node:child_process';
import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DiskSpace } from '../ports/recording-space.port.ts';
import { systemClock } from '../system-clock.ts';
import { DiskWatch } from './disk-watch.ts';

const run = promisify(execFile);

describe('the watch over the recordings disk', () => {
  it('warns of a real disk that fills, refuses recordings when it is full, and takes it back when there is room', async () => {
    if (process.getuid?.() !== 0) pending('mounting a small disk needs root');
    const folder = await mkdtemp(path.join(tmpdir(), 'disk-watch-'));
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    try {
      const told: DiskSpace[] = [];
      const watch = new DiskWatch(folder, systemClock, (space) => told.push(space));
      await watch.look();
      await writeFile(path.join(folder, 'a'), Buffer.alloc(850 * 1024));
      await watch.look();
      await watch.look();
      expect(watch.isRoomForRecording()).toBeTrue();
      await writeFile(path.join(folder, 'b'), Buffer.alloc(160 * 1024));
      await watch.look();
      expect(watch.isRoomForRecording()).toBeFalse();
      await unlink(path.join(folder, 'a'));
      await watch.look();
      expect(told.map(({ level }) => level)).toEqual(['ok', 'low', 'full', 'ok']);
      expect(watch.diskSpace().freePct).toBeGreaterThan(80);
    } finally {
      await run('umount', [folder]);
      await rm(folder, { recursive: true });
    }
  });

  it('takes a disk that is not there for full', async () => {
    const watch = new DiskWatch('/nowhere/at/all', systemClock, () => undefined);
    await watch.look();
    expect(watch.isRoomForRecording()).toBeFalse();
  });
});
