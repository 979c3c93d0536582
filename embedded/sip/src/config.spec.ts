import { loadConfig } from './config.ts';

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
      udp: { host: '127.0.0.1', port: 15_060 },
      ws: { host: '::1', port: 8_081 },
      control: { host: '127.0.0.1', port: 0 },
      secret: 's',
    });
    expect(logLevel).toBe('info');
  });

  it('names every problem at once', () => {
    const problems = problemsOf(['--sip-udp', '0.0.0.0:5060', '--tls-cert', '/nowhere']);
    for (const name of ['sip-udp', 'tls-cert', 'control', 'DRACHTIO_SECRET']) expect(problems).toContain(name);
  });

  it('wants a transport, and a certificate for WSS', () => {
    expect(problemsOf(['--control', '127.0.0.1:0'], 's')).toContain('at least one of');
    expect(problemsOf(['--control', '127.0.0.1:0', '--wss', '127.0.0.1:0'], 's')).toContain('--tls-cert');
  });

  it('takes no secret from the command line', () => {
    expect(problemsOf(['--secret', 's', '--control', '127.0.0.1:0'])).toContain('--secret');
  });
});
