import { loadConfig } from './config.ts';

const complete = {
  GATEWAY_ID: 'gateway-1',
  REDIS_URL: 'redis://127.0.0.1:6379',
  DRACHTIO_HOST: '127.0.0.1',
  DRACHTIO_PORT: '9022',
  DRACHTIO_SECRET: 'secret',
  RTPENGINE_HOST: '127.0.0.1',
  RTPENGINE_NG_PORT: '22222',
  SIP_TRUNK: '192.0.2.1:5060',
  SIP_DOMAIN: 'kakehashi.example',
  MIXER_ADDRESS: '127.0.0.1',
  MIXER_PORT_MIN: '40000',
  MIXER_PORT_MAX: '40999',
  RECORDINGS_DIR: 'recordings',
  VAULT_KEY_FILE: 'vault-keys.json',
  RUN_DIR: 'data/run',
  JOURNAL_FILE: 'data/journal/facts.jsonl',
  ADMIN_PORT: '7003',
};

describe('the configuration of the gateway', () => {
  it('is read from the environment, with defaults', () => {
    const config = loadConfig(complete);
    expect(config.RECORD).toBeTrue();
    expect(config.AGENT_GRACE_SECONDS).toBe(30);
    expect(config.TRUNK_PEERS).toEqual([]);
  });

  it('takes RECORD=false for what it says', () => {
    expect(loadConfig({ ...complete, RECORD: 'false' }).RECORD).toBeFalse();
  });

  it('reads a list of trunk peers', () => {
    expect(loadConfig({ ...complete, TRUNK_PEERS: '192.0.2.1, 192.0.2.2' }).TRUNK_PEERS).toEqual(['192.0.2.1', '192.0.2.2']);
  });

  it('reports every problem at once', () => {
    const broken = {
      ...complete,
      SIP_TRUNK: 'nowhere',
      ADMIN_PORT: '99999',
      MIXER_PORT_MAX: '1',
      RTPENGINE_BROWSER_INTERFACE: 'web',
    };
    expect(() => loadConfig(broken)).toThrowError(/SIP_TRUNK[^]*ADMIN_PORT/);
    expect(() => loadConfig({ ...complete, MIXER_PORT_MAX: '1', RTPENGINE_BROWSER_INTERFACE: 'web' })).toThrowError(
      /MIXER_PORT_MAX[^]*RTPENGINE_CORE_INTERFACE/,
    );
  });
});
