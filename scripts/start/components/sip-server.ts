import path from 'node:path';
import { findProgram } from '../../bootstrap/debian-packages.mjs';
import type { Component, PortClaim } from '../component.ts';
import type { Secrets } from '../data-folder.ts';
import type { Certificates } from '../lan-certificates.ts';
import { answersHttp, answersTcp } from '../probes.ts';
import type { Settings } from '../settings.ts';

const HOST = '127.0.0.1';

export interface SipServer {
  readonly controlHost: string;
  readonly controlPort: number;
  readonly controlSecret: string;
  readonly webSocketUri: string;
  readonly component: Component;
}

/** drachtio-server: a configured one, else the program on PATH, else the embedded server; all speak the same control protocol. */
export function sipServer(settings: Settings, secrets: Secrets, certificates: Certificates | undefined): SipServer {
  if (settings.DRACHTIO_HOST) return configured(settings);
  const lan = settings.lanAddress;
  const webSocket = `${lan ?? HOST}:${settings.SIP_WS_PORT}`;
  const claims: PortClaim[] = [
    { protocol: 'tcp', host: HOST, port: settings.ports.control, setting: 'INTERNAL_PORT_BASE' },
    { protocol: 'udp', host: HOST, port: settings.ports.sip, setting: 'SIP_PORT' },
    { protocol: 'tcp', host: HOST, port: settings.ports.sip, setting: 'SIP_PORT' },
    { protocol: 'tcp', host: lan ?? HOST, port: settings.SIP_WS_PORT, setting: 'SIP_WS_PORT' },
  ];
  const drachtio = findProgram('drachtio');
  const component = drachtio
    ? programOnPath(drachtio, settings, secrets, webSocket, certificates)
    : embedded(settings, secrets, webSocket, certificates);
  return {
    controlHost: HOST,
    controlPort: settings.ports.control,
    controlSecret: secrets.control,
    webSocketUri: `${lan ? 'wss' : 'ws'}://${webSocket}`,
    component: { ...component, claims },
  };
}

function configured(settings: Settings): SipServer {
  const host = settings.DRACHTIO_HOST ?? HOST;
  const port = settings.DRACHTIO_PORT;
  return {
    controlHost: host,
    controlPort: port,
    controlSecret: settings.DRACHTIO_SECRET ?? '',
    webSocketUri: settings.PHONE_WEBSOCKET_URI ?? '',
    component: {
      name: 'sip server',
      implementation: 'configured (DRACHTIO_HOST)',
      address: `${host}:${port}`,
      probe: () => answersTcp(host, port),
    },
  };
}

function embedded(settings: Settings, secrets: Secrets, webSocket: string, certificates: Certificates | undefined): Component {
  const { sip, control, sipAdmin } = settings.ports;
  const listeners = certificates
    ? ['--wss', webSocket, '--tls-cert', certificates.certificateFile, '--tls-key', certificates.keyFile]
    : ['--ws', webSocket];
  const own = [
    '--sip-udp',
    `${HOST}:${sip}`,
    '--sip-tcp',
    `${HOST}:${sip}`,
    '--control',
    `${HOST}:${control}`,
    '--admin',
    `${HOST}:${sipAdmin}`,
  ];
  return {
    name: 'sip server',
    implementation: 'embedded/sip',
    address: `${HOST}:${sip}, phones on ${webSocket}`,
    launch: {
      command: process.execPath,
      args: ['embedded/sip/src/main.ts', ...own, ...listeners],
      env: { DRACHTIO_SECRET: secrets.control, LOG_LEVEL: settings.LOG_LEVEL },
    },
    probe: () => answersHttp(`http://${HOST}:${sipAdmin}/`),
  };
}

/** Flags of drachtio-server 0.9: contacts by transport, TLS files for wss, the control port on loopback. */
function programOnPath(
  program: string,
  settings: Settings,
  secrets: Secrets,
  webSocket: string,
  certificates: Certificates | undefined,
): Component {
  const { sip, control } = settings.ports;
  const tls = certificates ? ['--cert-file', certificates.certificateFile, '--key-file', certificates.keyFile] : [];
  return {
    name: 'sip server',
    implementation: 'drachtio on PATH',
    address: `${HOST}:${sip}, phones on ${webSocket}`,
    launch: {
      command: program,
      args: [
        '--noconfig',
        '--contact',
        `sip:${HOST}:${sip};transport=udp,tcp`,
        '--contact',
        `sip:${webSocket};transport=${certificates ? 'wss' : 'ws'}`,
        ...tls,
        '--address',
        HOST,
        '--port',
        String(control),
        '--secret',
        secrets.control,
        '--loglevel',
        'notice',
      ],
      env: { PWD: path.resolve(settings.dataDir) },
    },
    probe: () => answersTcp(HOST, control),
  };
}
