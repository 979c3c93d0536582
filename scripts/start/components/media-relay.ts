import { findProgram } from '../../bootstrap/debian-packages.mjs';
import type { Component } from '../component.ts';
import { StartFailure } from '../failure.ts';
import { answersNgPing } from '../probes.ts';
import type { Settings } from '../settings.ts';

const HOST = '127.0.0.1';

export interface MediaRelay {
  readonly host: string;
  readonly ngPort: number;
  /** Names of rtpengine's interfaces towards browsers and towards mixer and trunk, when it has two. */
  readonly interfaces: { readonly browser: string; readonly core: string } | undefined;
  readonly component: Component;
}

/** rtpengine: a configured one, else the program as a child; with --lan it has a second interface for the seats. */
export function mediaRelay(settings: Settings): MediaRelay {
  if (settings.RTPENGINE_HOST) {
    const host = settings.RTPENGINE_HOST;
    const ngPort = settings.RTPENGINE_NG_PORT;
    const probe = (): Promise<boolean> => answersNgPing(host, ngPort);
    const component = { name: 'rtpengine', implementation: 'configured (RTPENGINE_HOST)', address: `${host}:${ngPort}`, probe };
    return { host, ngPort, interfaces: undefined, component };
  }
  const program = findProgram('rtpengine');
  if (!program) throw new StartFailure('rtpengine is not on PATH and RTPENGINE_HOST is not set.');
  const ngPort = settings.ports.ng;
  const lan = settings.lanAddress;
  const { min, max } = settings.mediaPorts.relay;
  const interfaces = lan ? [`--interface=core/${HOST}`, `--interface=seats/${lan}`] : [`--interface=${HOST}`];
  return {
    host: HOST,
    ngPort,
    interfaces: lan ? { browser: 'seats', core: 'core' } : undefined,
    component: {
      name: 'rtpengine',
      implementation: 'rtpengine on PATH',
      address: `${HOST}:${ngPort}${lan ? `, media on ${lan}` : ''}`,
      claims: [{ protocol: 'udp', host: HOST, port: ngPort, setting: 'INTERNAL_PORT_BASE' }],
      launch: {
        command: program,
        args: [
          '--config-file=none',
          '--table=-1',
          ...interfaces,
          `--listen-ng=${HOST}:${ngPort}`,
          `--port-min=${min}`,
          `--port-max=${max}`,
          '--num-threads=2',
          '--timeout=60',
          '--silent-timeout=3600',
          '--tos=184',
          '--foreground',
          '--log-stderr',
          '--log-level=4',
        ],
      },
      probe: () => answersNgPing(HOST, ngPort),
    },
  };
}
