import { killAgainAndAgain } from './crash-rounds.factory.ts';

describe('a killed document server', () => {
  it('has lost nothing it acknowledged, and its indexes agree with its documents', async () => {
    const { problems, acknowledged } = await killAgainAndAgain(3);
    expect(problems).toEqual([]);
    expect(acknowledged).toBeGreaterThan(20);
  }, 60_000);
});
