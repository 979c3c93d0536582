import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describeSettings } from './describe-settings.ts';
import { StartFailure } from './failure.ts';
import { readSettings } from './settings.ts';

describe('settings of a start', () => {
  it('need nothing to be set', () => {
    const settings = readSettings('/srv/kakehashi', {});
    expect(settings.HTTP_PORT).toBe(8080);
    expect(settings.dataDir).toBe('/srv/kakehashi/data');
  });

  it('report every problem at once, in one failure', () => {
    expect(() => readSettings('/', { HTTP_PORT: 'eighty', CALLING_HOURS: 'always' })).toThrowMatching(
      (error: Error) =>
        error instanceof StartFailure && error.message.includes('HTTP_PORT') && error.message.includes('CALLING_HOURS'),
    );
  });

  it('take an empty variable for an unset one', () => {
    expect(readSettings('/', { MONGODB_URI: '' }).MONGODB_URI).toBeUndefined();
  });

  it('refuse a configured drachtio-server without its secret', () => {
    expect(() => readSettings('/', { DRACHTIO_HOST: '192.0.2.1' })).toThrowError(StartFailure, /DRACHTIO_SECRET/);
  });

  it('keep media ranges of two systems apart', () => {
    const first = readSettings('/', {}).mediaPorts.relay;
    const second = readSettings('/', { MEDIA_PORT_OFFSET: '1000' }).mediaPorts.relay;
    expect(second.min).toBeGreaterThan(first.max);
  });

  it('are described in config/.env.example exactly', () => {
    const file = path.resolve(import.meta.dirname, '../../config/.env.example');
    expect(readFileSync(file, 'utf8')).toBe(describeSettings());
  });
});
