import path from 'node:path';
import { findProgram } from '../../bootstrap/debian-packages.mjs';
import type { Component } from '../component.ts';
import { StartFailure } from '../failure.ts';
import { answersRedis } from '../probes.ts';
import type { Settings } from '../settings.ts';

const HOST = '127.0.0.1';

/** Presence, locks and streams: a configured Redis, else redis-server as a child with its data on disk. */
export function redis(settings: Settings): { url: string; component: Component } {
  if (settings.REDIS_URL) {
    const url = settings.REDIS_URL;
    const address = url.replace(/\/\/[^@/]*@/, '//');
    return {
      url,
      component: { name: 'redis', implementation: 'configured (REDIS_URL)', address, probe: () => answersRedis(url) },
    };
  }
  const program = findProgram('redis-server');
  if (!program) throw new StartFailure('redis-server is not on PATH and REDIS_URL is not set.');
  const port = settings.ports.redis;
  const url = `redis://${HOST}:${port}`;
  const folder = path.join(settings.dataDir, 'redis');
  const options = [
    '--bind',
    HOST,
    '--port',
    String(port),
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'yes',
    '--appendfsync',
    'everysec',
  ];
  return {
    url,
    component: {
      name: 'redis',
      implementation: 'redis-server on PATH',
      address: `${HOST}:${port}`,
      claims: [{ protocol: 'tcp', host: HOST, port, setting: 'INTERNAL_PORT_BASE' }],
      launch: { command: '/bin/sh', args: ['-c', 'mkdir -p "$1" && shift 1 && exec "$0" "$@"', program, folder, ...options] },
      probe: () => answersRedis(url),
    },
  };
}
