import { connect } from 'node:net';
import { ANY, until } from '../fakes/srf-station.ts';
import { startSipServer } from '../sip-server.ts';
import type { SipServer } from '../sip-server.ts';
import { FrameReader } from './framing.ts';

describe('The control port', () => {
  /** Sends payloads as they are and returns what comes back until the server hangs up or has said enough. */
  async function exchange(server: SipServer, payloads: readonly string[], answers: number): Promise<string[]> {
    const socket = connect(server.addresses.control).on('error', () => undefined);
    for (const payload of payloads) socket.write(`${Buffer.byteLength(payload)}#${payload}`);
    const frames = new FrameReader();
    const lines: string[] = [];
    await new Promise<void>((resolve) => {
      socket.on('close', () => resolve());
      socket.on('data', (chunk) => {
        for (const payload of frames.push(chunk) ?? []) lines.push(payload.toString());
        if (lines.length >= answers) resolve();
      });
    });
    socket.destroy();
    return lines.map((line) => line.split('|').slice(1).join('|'));
  }

  it('refuses a wrong secret, tags, nonsense routes, unknown commands and a second application, and hangs up', async () => {
    const server = await startSipServer({ udp: ANY, control: ANY, secret: 'right' });
    expect(await exchange(server, ['1|authenticate|wrong|'], 9)).toEqual(['response|1|NO|authentication failed']);
    expect(await exchange(server, ['1|route|invite'], 9)).toEqual(['response|1|NO|not authenticated']);
    expect(await exchange(server, ['1|authenticate|right|blue'], 9)).toEqual(['response|1|NO|tags are not supported']);
    const login = '1|authenticate|right|';
    expect((await exchange(server, [login, '2|route|cdr:dance'], 9))[1]).toBe('response|2|NO|cannot route this verb');
    expect((await exchange(server, [login, '2|dance'], 9))[1]).toBe('response|2|NO|unknown message type dance');
    const first = connect(server.addresses.control);
    first.write(`${login.length}#${login}`);
    await until(() => server.counters().application, 'first application');
    expect(await exchange(server, [login], 9)).toEqual(['response|1|NO|another application is connected']);
    first.destroy();
    await server.close();
  });

  it('lets the application in although strangers hold every place, and hangs up on frames too long for a stranger', async () => {
    const server = await startSipServer({ udp: ANY, control: ANY, secret: 'right' });
    const strangers = Array.from({ length: 40 }, () => connect(server.addresses.control).on('error', () => undefined));
    await until(() => strangers.filter(({ destroyed }) => destroyed).length === 24, 'all places taken');
    const [first = ''] = await exchange(server, ['1|authenticate|right|'], 1);
    expect(first).toContain('response|1|OK|');
    for (const socket of strangers) socket.destroy();
    for (const bytes of ['99999#', '1025#', '999999#', '#', 'x', '-1#a']) {
      const socket = connect(server.addresses.control).on('error', () => undefined);
      const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.write(bytes);
      await closed;
      expect(socket.bytesRead).withContext(bytes).toBe(0);
    }
    await server.close();
  });

  it('makes guessing the secret take time: whoever was wrong keeps a place for a while and is not heard', async () => {
    const server = await startSipServer({ udp: ANY, control: ANY, secret: 'right' });
    const startedAt = performance.now();
    const wrong = Array.from({ length: 16 }, () => exchange(server, ['1|authenticate|wrong|', '2|authenticate|right|'], 9));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await exchange(server, ['1|authenticate|right|'], 1)).toEqual([]);
    for (const answers of await Promise.all(wrong)) expect(answers).toEqual(['response|1|NO|authentication failed']);
    expect(performance.now() - startedAt).toBeGreaterThan(490);
    let late: string | undefined;
    // The server sees a moment later than they do that the others are gone.
    while (late === undefined) [late] = await exchange(server, ['1|authenticate|right|'], 1);
    expect(late).toContain('response|1|OK|');
    await server.close();
  });

  it('answers ping, and proxy with a NOK that leaves the connection open', async () => {
    const server = await startSipServer({ udp: ANY, control: ANY, secret: 'right' });
    const payloads = [
      '1|authenticate|right|',
      '2|proxy|x\r\nINVITE sip:a@b SIP/2.0\r\n\r\n',
      '3|sip||\r\nnonsense',
      '4|route|invite',
      '5|ping',
    ];
    const answers = await exchange(server, payloads, 5);
    const { host, port } = server.addresses.udp ?? ANY;
    expect(answers).toEqual([
      `response|1|OK|udp/${host}:${port}|v0.9.0|udp/${host}:${port}`,
      'response|2|NOK|proxy is not supported',
      'response|3|NOK|the sip message cannot be parsed',
      'response|4|OK',
      'response|5|OK|pong',
    ]);
    await server.close();
  });

  it('says which port is taken and leaves nothing open', async () => {
    const first = await startSipServer({ udp: ANY, control: ANY, secret: 'x' });
    const taken = startSipServer({ tcp: ANY, udp: first.addresses.udp ?? ANY, control: ANY, secret: 'x' });
    await expectAsync(taken).toBeRejectedWith(jasmine.objectContaining({ code: 'EADDRINUSE' }));
    await first.close();
  });
});
