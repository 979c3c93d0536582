import type { WallboardView } from '#contracts/wallboard.contract';
import { AGENT, dial, endCall, readyAgent } from './fakes/agent-journey.ts';
import { eventually, StackFixture } from './fakes/stack-fixture.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;

describe('the server', () => {
  const stack = new StackFixture();
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  it('draws the wallboard anew for everybody who watches', async () => {
    const watcher = await stack.desk('k3001');
    const boards: WallboardView[] = [];
    watcher.socket.on('wallboard:changed', (board: WallboardView) => boards.push(board));
    const first = await watcher.send<WallboardView>('wallboard:watch', {});
    const desk = await readyAgent(stack);
    const { callId } = await dial(desk);
    await stack.gateway.tell({ type: 'call.answered', callId, agentId: AGENT, isRecorded: false });
    await eventually(() => boards.some((board) => board.agents.talking === 1));
    expect(first.ok && (boards.at(-1)?.today.calls ?? 0) > first.data.today.calls).toBeTrue();
    await endCall(stack, desk, callId);
    desk.close();
    watcher.close();
  });

  it('is ready while its databases answer and a gateway beats', async () => {
    await stack.gateway.beat();
    const ready = await stack.visitor().fetch('GET', '/readyz');
    expect(ready.status).toBe(200);
    await stack.gateway.beat(new Date(Date.now() - 60_000));
    const alone = await stack.visitor().fetch('GET', '/readyz');
    expect([
      alone.status,
      (alone.body as { components: { gateways: { isReady: boolean } } }).components.gateways.isReady,
    ]).toEqual([503, false]);
  });
});
