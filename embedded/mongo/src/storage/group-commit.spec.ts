import { GroupCommit, GroupLost, type CommitMechanics } from './group-commit.ts';

describe('group commit', () => {
  /** Counts commits; `lost` makes the first group of several fail as a whole. */
  const mechanics = (lost = false): CommitMechanics & { commits: number } => {
    let isLost = lost;
    const counted = {
      commits: 0,
      commit: (run: () => void) => {
        run();
        counted.commits += 1;
      },
      guarded: (run: () => unknown) => {
        if (!isLost) return run();
        isLost = false;
        throw new GroupLost('rolled back as a whole');
      },
    };
    return counted;
  };

  it('commits writes of one moment together', async () => {
    const counted = mechanics();
    const group = new GroupCommit(counted);
    const results = await Promise.all([1, 2, 3].map((value) => group.submit(() => value)));
    expect(results).toEqual([1, 2, 3]);
    expect(counted.commits).toBe(1);
  });

  it('fails only the write that throws', async () => {
    const counted = mechanics();
    const group = new GroupCommit(counted);
    const outcomes = await Promise.allSettled([
      group.submit(() => 'kept'),
      group.submit(() => {
        throw new Error('refused');
      }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(counted.commits).toBe(1);
  });

  it('runs each write alone when SQLite has given up the group', async () => {
    const counted = mechanics(true);
    const group = new GroupCommit(counted);
    expect(await Promise.all([group.submit(() => 1), group.submit(() => 2)])).toEqual([1, 2]);
    expect(counted.commits).toBe(2);
  });
});
