import { killAgainAndAgain } from './crash-rounds.factory.ts';

describe('a document server killed fifty times', () => {
  it('has lost nothing it acknowledged, and its indexes agree with its documents', async () => {
    const { problems, acknowledged } = await killAgainAndAgain(50);
    expect(problems).toEqual([]);
    expect(acknowledged).toBeGreaterThan(1000);
  }, 600_000);
});
