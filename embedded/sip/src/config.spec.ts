import { DEFAULT_POLICY } from './agent/policy.model.ts';
import { loadConfig } from './config.ts';
import { DEFAULT_PROTECTION } from './transport/protection.ts';

const problemsOf = (args: readonly string[], secret?: string): string => {
  try {
    loadConfig(args, secret === undefined ? {} : { DRACHTIO_SECRET: secret });
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : 'not an error';
  }
};

describe('The configuration of the SIP server', () => {
  it('reads addresses of IPv4 and IPv6', () => {
    const { server, logLevel } = loadConfig(['--sip-udp', '127.0.0.1:15060', '--ws', '[::1]:8081', '--control', '127.0.0.1:0'], {
      DRACHTIO_SECRET: 's',
    });
    expect(server).toEqual({
      udp: [{ host: '127.0.0.1', port: 15_060 }],
      ws: [{ host: '::1', port: 8_081 }],
      control: { host: '127.0.0.1', port: 0 },
      secret: 's',
      protection: DEFAULT_PROTECTION,
      policy: DEFAULT_POLICY,
    });
    expect(logLevel).toBe('info');
  });

  it('takes several addresses of a kind and what strangers may do', () => {
    const args =
      '--sip-tcp 127.0.0.1:0 --sip-tcp [::1]:0 --control 127.0.0.1:0 --trust 192.0.2.0/24 --messages-per-s 50 --idle-s 60';
    const { tcp, protection } = loadConfig([...args.split(' '), '--answer-scanners'], { DRACHTIO_SECRET: 's' }).server;
    expect(tcp).toEqual([
      { host: '127.0.0.1', port: 0 },
      { host: '::1', port: 0 },
    ]);
    expect(protection).toEqual({
      trusted: ['192.0.2.0/24'],
      rate: { messagesPerS: 50, burst: 100 },
      connections: { ...DEFAULT_PROTECTION.connections, idleMs: 60_000 },
      dropScanners: false,
    });
  });

  it('takes what becomes of calls', () => {
    const args = '--sip-udp 127.0.0.1:0 --control 127.0.0.1:0 --application-grace-ms 3000 --ring-limit-s 60';
    const { policy } = loadConfig(args.split(' '), { DRACHTIO_SECRET: 's' }).server;
    expect(policy).toEqual({ ...DEFAULT_POLICY, applicationGraceMs: 3_000, ringLimitMs: 60_000 });
  });

  it('names every problem at once', () => {
    const problems = problemsOf(['--sip-udp', '0.0.0.0:5060', '--tls-cert', '/nowhere', '--trust', 'x', '--idle-s', '0']);
    for (const name of ['sip-udp', 'tls-cert', 'trust', 'idle-s', 'control', 'DRACHTIO_SECRET']) expect(problems).toContain(name);
  });

  it('wants a transport, and a certificate for TLS and WSS', () => {
    expect(problemsOf(['--control', '127.0.0.1:0'], 's')).toContain('at least one of');
    expect(problemsOf(['--control', '127.0.0.1:0', '--wss', '127.0.0.1:0'], 's')).toContain('wss needs --tls-cert');
    expect(problemsOf(['--control', '127.0.0.1:0', '--sip-tls', '127.0.0.1:0'], 's')).toContain('sip-tls needs --tls-cert');
  });

  it('takes no secret from the command line', () => {
    expect(problemsOf(['--secret', 's', '--control', '127.0.0.1:0'])).toContain('--secret');
  });
});
