import path from 'node:path';
import type { Component } from '../component.ts';
import type { Secrets } from '../data-folder.ts';
import type { Certificates } from '../lan-certificates.ts';
import { answersHttp } from '../probes.ts';
import type { Settings } from '../settings.ts';

const HOST = '127.0.0.1';

export interface ServerNeeds {
  readonly mongodbUri: string;
  readonly redisUrl: string;
  readonly webSocketUri: string;
  readonly secrets: Secrets;
  readonly certificates: Certificates | undefined;
}

/** Where a browser opens the application. */
export function applicationOrigin(settings: Settings): string {
  return settings.lanAddress ? `https://${settings.lanAddress}:${settings.HTTP_PORT}` : `http://${HOST}:${settings.HTTP_PORT}`;
}

/** The environment of the server, also used to seed demonstration data. */
export function serverEnvironment(settings: Settings, needs: ServerNeeds): Record<string, string> {
  const origins = [applicationOrigin(settings), ...(settings.lanAddress ? [] : [`http://localhost:${settings.HTTP_PORT}`])];
  return {
    HTTP_HOST: settings.lanAddress ?? HOST,
    HTTP_PORT: String(settings.HTTP_PORT),
    ...(needs.certificates
      ? { TLS_CERT_FILE: needs.certificates.certificateFile, TLS_KEY_FILE: needs.certificates.keyFile }
      : {}),
    PUBLIC_ORIGIN: origins.join(','),
    MONGODB_URI: needs.mongodbUri,
    REDIS_URL: needs.redisUrl,
    SESSION_SECRET: settings.SESSION_SECRET ?? needs.secrets.session,
    PHONE_WEBSOCKET_URI: needs.webSocketUri,
    SIP_DOMAIN: settings.SIP_DOMAIN,
    RECORDINGS_DIR: settings.recordingsDir,
    VAULT_KEY_FILE: settings.vaultKeyFile,
    SIGNING_KEY_FILE: settings.signingKeyFile,
    RECORDING_RETENTION_DAYS: settings.RECORDING_RETENTION_DAYS,
    CLIENT_DIR: path.join(settings.root, 'dist', 'client'),
    CALLING_HOURS: settings.CALLING_HOURS,
    ...(settings.QUEUE_FILE === undefined ? {} : { QUEUE_FILE: path.resolve(settings.root, settings.QUEUE_FILE) }),
    SUPERVISION_HIDDEN: settings.SUPERVISION_HIDDEN,
    DEMO: 'true',
    DEMO_PASSWORD: needs.secrets.demoPassword,
    CENTRE: settings.CENTRE,
    LOG_LEVEL: settings.LOG_LEVEL,
  };
}

/** The API, the hub of the sockets, and the client's files. */
export function server(settings: Settings, needs: ServerNeeds): Component {
  const origin = applicationOrigin(settings);
  const host = settings.lanAddress ?? HOST;
  return {
    name: 'server',
    implementation: 'server',
    address: origin,
    claims: [{ protocol: 'tcp', host, port: settings.HTTP_PORT, setting: 'HTTP_PORT' }],
    launch: { command: process.execPath, args: ['server/src/main.ts'], env: serverEnvironment(settings, needs) },
    probe: () => (needs.certificates ? needs.certificates.answersHttps(`${origin}/readyz`) : answersHttp(`${origin}/readyz`)),
  };
}
