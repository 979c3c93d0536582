import { describeConfig, loadConfig, type ConfigError } from './config.ts';

const complete = {
  PUBLIC_ORIGIN: 'http://localhost:3000, http://127.0.0.1:3000',
  MONGODB_URI: 'mongodb://127.0.0.1:27017/kakehashi',
  REDIS_URL: 'redis://127.0.0.1:6379',
  SESSION_SECRET: 'a'.repeat(32),
  PHONE_WEBSOCKET_URI: 'ws://127.0.0.1:5066',
  SIP_DOMAIN: 'kakehashi.invalid',
  RECORDINGS_DIR: '/tmp/recordings',
  VAULT_KEY_FILE: '/tmp/vault-keys.json',
  SIGNING_KEY_FILE: '/tmp/signing-key.pem',
};

describe('loadConfig', () => {
  it('reads lists, numbers and flags', () => {
    const config = loadConfig({ ...complete, DEMO: 'true', HTTP_PORT: '8080', TLS_CERT_FILE: '' });
    expect(config.PUBLIC_ORIGIN).toEqual(['http://localhost:3000', 'http://127.0.0.1:3000']);
    expect(config.HTTP_PORT).toBe(8080);
    expect(config.DEMO).toBeTrue();
    expect(config.TLS_CERT_FILE).toBeUndefined();
    expect(Object.isFrozen(config)).toBeTrue();
  });

  it('takes the word false for false', () => {
    expect(loadConfig({ ...complete, DEMO: 'false' }).DEMO).toBeFalse();
  });

  it('reports every problem at once and repeats no value', () => {
    const read = () => loadConfig({ ...complete, SESSION_SECRET: 'hunter2', HTTP_PORT: 'http', REDIS_URL: 'localhost' });
    expect(read).toThrowMatching((error: ConfigError) => error.problems.length === 3 && !error.message.includes('hunter2'));
  });

  it('wants certificate and key together', () => {
    expect(() => loadConfig({ ...complete, TLS_CERT_FILE: '/tls/cert.pem' })).toThrowError(/go together/);
  });
});

describe('describeConfig', () => {
  it('says which settings have no default', () => {
    const required = describeConfig().filter((entry) => entry.isRequired);
    expect(required.map((entry) => entry.name)).toEqual(Object.keys(complete));
  });

  it('has a sentence for every setting', () => {
    expect(describeConfig().every((entry) => entry.description.endsWith('.'))).toBeTrue();
  });
});
