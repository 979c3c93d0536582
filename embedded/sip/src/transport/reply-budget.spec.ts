import { ReplyBudget } from './reply-budget.ts';

describe('The reply budget', () => {
  const sentTo = (budget: ReplyBudget, address: string): number => {
    let sent = 0;
    while (sent < 100_000 && budget.spend(address, 500)) sent += 500;
    return sent;
  };

  it('bounds what goes to an address that only ever spoke', () => {
    const budget = new ReplyBudget();
    budget.noteReceived('192.0.2.1', 400);
    expect(sentTo(budget, '192.0.2.1')).toBe(3_000);
    budget.noteReceived('192.0.2.1', 400);
    expect(sentTo(budget, '192.0.2.1')).toBe(1_000);
  });

  it('ends once the address has shown that it receives, and does not hold for whom we call', () => {
    const budget = new ReplyBudget();
    budget.noteReceived('192.0.2.1', 400);
    budget.noteReachable('192.0.2.1');
    budget.noteReceived('192.0.2.1', 400);
    for (const address of ['192.0.2.1', '192.0.2.2']) expect(sentTo(budget, address)).toBe(100_000);
  });
});
