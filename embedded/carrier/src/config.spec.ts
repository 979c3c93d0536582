import { ConfigError, loadConfig, loadControlAddress } from './config.ts';

function problemsOf(args: string[], environment: NodeJS.ProcessEnv = {}): string {
  try {
    loadConfig(args, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('carrier configuration', () => {
  it('has a default for every setting', () => {
    expect(loadConfig([], {})).toEqual({
      sip: { host: '127.0.0.1', port: 18006 },
      gateway: { host: '127.0.0.1', port: 18004 },
      control: { host: '127.0.0.1', port: 18007 },
      rtpPorts: { from: 20000, to: 20999 },
      cache: 'data/voices',
      voice: 'voice',
      answerMs: null,
      logLevel: 'info',
    });
  });

  it('takes the answer delay for tests from the environment', () => {
    expect(loadConfig([], { CARRIER_ANSWER_MS: '50' }).answerMs).toBe(50);
    expect(loadConfig([], { CARRIER_ANSWER_MS: '0' }).answerMs).toBe(0);
  });

  it('reports all problems at once', () => {
    const problems = problemsOf(['--sip', 'here', '--rtp-ports', '9-3', '--voice', 'song'], { CARRIER_ANSWER_MS: 'soon' });
    expect(problems).toContain('--sip must be an IPv4 address and a port');
    expect(problems).toContain('--rtp-ports must be a range of ports');
    expect(problems).toContain('--voice');
    expect(problems).toContain('CARRIER_ANSWER_MS must be a number of milliseconds');
  });

  it('refuses an option it does not know', () => {
    expect(problemsOf(['--colour', 'red'])).toContain('--colour');
  });

  it('refuses a control address that others could reach', () => {
    expect(problemsOf(['--control', '0.0.0.0:18092'])).toContain('--control must be a loopback address');
    expect(() => loadControlAddress({ CARRIER_CONTROL: '10.0.0.1:18092' })).toThrowError(ConfigError);
  });

  it('refuses a port beyond 65535 and an address for all interfaces', () => {
    expect(problemsOf(['--gateway', '127.0.0.1:65536'])).toContain('--gateway must be');
    expect(problemsOf(['--sip', '0.0.0.0:5060'])).toContain('--sip must be one address');
  });
});
