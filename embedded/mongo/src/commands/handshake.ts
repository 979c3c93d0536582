import { CommandError } from '../command-error.ts';
import { MAX_DOCUMENT_BYTES } from '../values/bson-codec.ts';
import { MAX_MESSAGE_BYTES } from '../wire/frame-reader.ts';
import { TRANSACTION_LIFETIME_MS } from '../sessions/transaction-registry.ts';
import { SERVER_VERSION, WIRE_VERSION } from './server-version.ts';
import type { Command, CommandContext } from './command.ts';
import type { Reply } from '../wire/reply.ts';

export const REPLICA_SET = 'kakehashi';

function hello({ address, connectionId, now, body }: CommandContext): Reply {
  if (body['loadBalanced'] === true) throw new CommandError(72, 'load balanced connections are not supported');
  return {
    helloOk: true,
    isWritablePrimary: true,
    ismaster: true,
    secondary: false,
    setName: REPLICA_SET,
    setVersion: 1,
    hosts: [address],
    primary: address,
    me: address,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: 100_000,
    localTime: now,
    logicalSessionTimeoutMinutes: 30,
    connectionId,
    minWireVersion: 0,
    maxWireVersion: WIRE_VERSION,
    readOnly: false,
  };
}

const HELLO_FIELDS = [
  'helloOk',
  'client',
  'compression',
  'saslSupportedMechs',
  'speculativeAuthenticate',
  'topologyVersion',
  'maxAwaitTimeMS',
  'loadBalanced',
  'backpressure',
];

export const handshakeCommands: readonly Command[] = [
  {
    name: 'hello',
    aliases: ['isMaster', 'ismaster'],
    fields: HELLO_FIELDS,
    kind: 'server',
    isAllowedInTransaction: false,
    run: hello,
  },
  { name: 'ping', fields: [], kind: 'server', isAllowedInTransaction: false, run: () => ({}) },
  {
    name: 'buildInfo',
    aliases: ['buildinfo'],
    fields: [],
    kind: 'server',
    isAllowedInTransaction: false,
    run: () => ({
      version: SERVER_VERSION.slice(0, 3).join('.'),
      versionArray: SERVER_VERSION,
      gitVersion: 'kakehashi-embedded',
      modules: ['kakehashi-embedded'],
      bits: 64,
      maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    }),
  },
  {
    name: 'getParameter',
    fields: ['featureCompatibilityVersion', 'enableTestCommands', 'transactionLifetimeLimitSeconds', 'allParameters'],
    kind: 'server',
    isAllowedInTransaction: false,
    run: ({ body, failPoints }) => {
      const parameters: Reply = {
        featureCompatibilityVersion: { version: '8.0' },
        enableTestCommands: failPoints.isEnabled,
        transactionLifetimeLimitSeconds: TRANSACTION_LIFETIME_MS / 1000,
      };
      if (body['getParameter'] === '*') return parameters;
      const asked = Object.entries(parameters).filter(([name]) => body[name] !== undefined);
      if (asked.length === 0) throw new CommandError(72, 'no option found to get');
      return Object.fromEntries(asked);
    },
  },
  {
    name: 'connectionStatus',
    fields: ['showPrivileges'],
    kind: 'server',
    isAllowedInTransaction: false,
    run: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } }),
  },
];
