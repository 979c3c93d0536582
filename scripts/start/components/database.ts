import path from 'node:path';
import { findProgram } from '../../bootstrap/debian-packages.mjs';
import type { Component } from '../component.ts';
import { answersMongo, answersTcp, initiateReplicaSet } from '../probes.ts';
import type { Settings } from '../settings.ts';

const HOST = '127.0.0.1';
const REPLICA_SET = 'kakehashi';

/** Where the server finds its documents, and the component that makes it so. */
export function database(settings: Settings): { uri: string; component: Component } {
  if (settings.MONGODB_URI) {
    const uri = settings.MONGODB_URI;
    return {
      uri,
      component: {
        name: 'database',
        implementation: 'configured (MONGODB_URI)',
        address: withoutPassword(uri),
        probe: () => answersMongo(uri),
      },
    };
  }
  const port = settings.ports.mongo;
  const claims = [{ protocol: 'tcp', host: HOST, port, setting: 'INTERNAL_PORT_BASE' }] as const;
  const mongod = findProgram('mongod');
  if (mongod) return { uri: localUri(port), component: programOnPath(mongod, settings, claims) };

  const uri = localUri(port);
  const file = path.join(settings.dataDir, 'documents.sqlite');
  const component: Component = {
    name: 'database',
    implementation: 'embedded/mongo (for evaluation)',
    address: `${HOST}:${port}`,
    claims,
    launch: { command: process.execPath, args: ['embedded/mongo/src/main.ts', '--file', file, '--port', String(port)] },
    probe: () => answersMongo(uri),
  };
  return { uri, component };
}

function programOnPath(mongod: string, settings: Settings, claims: Component['claims']): Component {
  const port = settings.ports.mongo;
  const folder = path.join(settings.dataDir, 'mongod');
  return {
    name: 'database',
    implementation: 'mongod on PATH',
    address: `${HOST}:${port}`,
    ...(claims ? { claims } : {}),
    launch: {
      command: '/bin/sh',
      args: [
        '-c',
        'mkdir -p "$1" && exec "$0" --dbpath "$1" --port "$2" --bind_ip 127.0.0.1 --replSet "$3"',
        mongod,
        folder,
        String(port),
        REPLICA_SET,
      ],
    },
    probe: () => answersTcp(HOST, port),
    afterStart: () => initiateReplicaSet(HOST, port, REPLICA_SET),
  };
}

const localUri = (port: number): string => `mongodb://${HOST}:${port}/kakehashi?replicaSet=${REPLICA_SET}`;

/** A connection string may hold a password; the table shows hosts only. */
function withoutPassword(uri: string): string {
  return uri.replace(/^(mongodb(?:\+srv)?:\/\/)(?:[^@/]*@)?([^/?]*).*$/, '$1$2');
}
