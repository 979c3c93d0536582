import path from 'node:path';
import type { Component } from '../component.ts';
import { StartFailure } from '../failure.ts';
import { answersHttp } from '../probes.ts';
import type { Settings } from '../settings.ts';

const HOST = '127.0.0.1';

/** The trunk: a configured carrier or PBX, else synthetic residents who answer the phone. */
export function carrier(settings: Settings): { trunk: string; component: Component } {
  if (settings.SIP_TRUNK) {
    const trunk = settings.SIP_TRUNK;
    if (!/^[^\s:]+:\d+$/.test(trunk)) throw new StartFailure('SIP_TRUNK must be host:port, for example 192.0.2.10:5060.');
    // The gateway watches the trunk by OPTIONS and shows its state; a carrier that is silent now must not keep the desk closed.
    return {
      trunk,
      component: {
        name: 'carrier',
        implementation: 'configured (SIP_TRUNK)',
        address: trunk,
        probe: () => Promise.resolve(true),
      },
    };
  }
  const { carrierSip, carrierControl, sip } = settings.ports;
  const { min, max } = settings.mediaPorts.carrier;
  const trunk = `${HOST}:${carrierSip}`;
  const args = [
    'embedded/carrier/src/main.ts',
    '--sip',
    trunk,
    '--gateway',
    `${HOST}:${sip}`,
    '--control',
    `${HOST}:${carrierControl}`,
    '--rtp-ports',
    `${min}-${max}`,
    '--cache',
    path.join(settings.dataDir, 'voices'),
    '--voice',
    settings.CARRIER_VOICE,
  ];
  const answer = settings.CARRIER_ANSWER_MS;
  return {
    trunk,
    component: {
      name: 'carrier',
      implementation: 'embedded/carrier (synthetic residents)',
      address: trunk,
      claims: [
        { protocol: 'udp', host: HOST, port: carrierSip, setting: 'INTERNAL_PORT_BASE' },
        { protocol: 'tcp', host: HOST, port: carrierControl, setting: 'INTERNAL_PORT_BASE' },
      ],
      launch: {
        command: process.execPath,
        args,
        env: { LOG_LEVEL: settings.LOG_LEVEL, ...(answer === undefined ? {} : { CARRIER_ANSWER_MS: String(answer) }) },
      },
      probe: () => answersHttp(`http://${HOST}:${carrierControl}/healthz`),
    },
  };
}
