import path from 'node:path';
import { announcementSounds } from '../../announcements/announcement-sounds.ts';
import type { Component } from '../component.ts';
import { answersHttp } from '../probes.ts';
import type { Settings } from '../settings.ts';
import type { TrunkEnvironment } from './carrier.ts';
import type { MediaRelay } from './media-relay.ts';
import type { SipServer } from './sip-server.ts';

const HOST = '127.0.0.1';

export interface GatewayNeeds {
  readonly redisUrl: string;
  readonly sip: SipServer;
  readonly relay: MediaRelay;
  readonly trunk: TrunkEnvironment;
}

/** sip-gateway with its mixer and recorder. */
export function gateway(settings: Settings, { redisUrl, sip, relay, trunk }: GatewayNeeds): Component {
  const { gatewayAdmin } = settings.ports;
  return {
    name: 'sip gateway',
    implementation: 'sip-gateway',
    address: `${HOST}:${gatewayAdmin}`,
    claims: [{ protocol: 'tcp', host: HOST, port: gatewayAdmin, setting: 'INTERNAL_PORT_BASE' }],
    launch: {
      command: process.execPath,
      args: ['sip-gateway/src/main.ts'],
      env: {
        GATEWAY_ID: 'gateway-1',
        REDIS_URL: redisUrl,
        DRACHTIO_HOST: sip.controlHost,
        DRACHTIO_PORT: String(sip.controlPort),
        DRACHTIO_SECRET: sip.controlSecret,
        RTPENGINE_HOST: relay.host,
        RTPENGINE_NG_PORT: String(relay.ngPort),
        ...(relay.interfaces
          ? { RTPENGINE_BROWSER_INTERFACE: relay.interfaces.browser, RTPENGINE_CORE_INTERFACE: relay.interfaces.core }
          : {}),
        ...trunk,
        SIP_DOMAIN: settings.SIP_DOMAIN,
        MIXER_ADDRESS: HOST,
        MIXER_PORT_MIN: String(settings.mediaPorts.mixer.min),
        MIXER_PORT_MAX: String(settings.mediaPorts.mixer.max),
        SOUNDS_DIR: announcementSounds(settings.root).sounds,
        RECORDINGS_DIR: settings.recordingsDir,
        VAULT_KEY_FILE: settings.vaultKeyFile,
        RUN_DIR: path.join(settings.dataDir, 'run'),
        JOURNAL_FILE: path.join(settings.dataDir, 'journal', 'facts.jsonl'),
        ADMIN_PORT: String(gatewayAdmin),
        LOG_LEVEL: settings.LOG_LEVEL,
      },
    },
    probe: () => answersHttp(`http://${HOST}:${gatewayAdmin}/healthz`),
  };
}
