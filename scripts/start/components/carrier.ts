import path from 'node:path';
import type { Component } from '../component.ts';
import { StartFailure } from '../failure.ts';
import { answersHttp } from '../probes.ts';
import type { Settings } from '../settings.ts';

const HOST = '127.0.0.1';

/** What the gateway is told of the carrier: one address, or a file that describes several trunks. */
export type TrunkEnvironment = { readonly SIP_TRUNK: string } | { readonly SIP_TRUNKS_FILE: string };

/** The trunk: configured carriers or a PBX, else synthetic residents who answer the phone. @throws StartFailure */
export function carrier(settings: Settings): { trunk: TrunkEnvironment; component: Component } {
  if (settings.SIP_TRUNK && settings.SIP_TRUNKS_FILE)
    throw new StartFailure('Set SIP_TRUNK, or SIP_TRUNKS_FILE for several trunks, but not both.');
  if (settings.SIP_TRUNKS_FILE) {
    const file = path.resolve(settings.SIP_TRUNKS_FILE);
    return {
      trunk: { SIP_TRUNKS_FILE: file },
      component: {
        name: 'carrier',
        implementation: 'configured (SIP_TRUNKS_FILE)',
        address: path.basename(file),
        probe: () => Promise.resolve(true),
      },
    };
  }
  if (settings.SIP_TRUNK) {
    const trunk = settings.SIP_TRUNK;
    if (!/^[^\s:]+:\d+$/.test(trunk)) throw new StartFailure('SIP_TRUNK must be host:port, for example 192.0.2.10:5060.');
    // The gateway watches the trunk by OPTIONS and shows its state; a carrier that is silent now must not keep the desk closed.
    return {
      trunk: { SIP_TRUNK: trunk },
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
    trunk: { SIP_TRUNK: trunk },
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
