import { generateKeyPairSync } from 'node:crypto';
import mongoose from 'mongoose';
import { Permission, Role } from '#contracts/users.contract';
import { listCommands, listRoutes } from '../app.ts';
import { KeyRing, newKeyFile } from '#vault/key-ring';
import { loadConfig } from '../config.ts';
import { createFeatures } from '../features.ts';
import { systemClock } from '../platform/clock.ts';
import { createRedis } from '../platform/database/redis.ts';
import { createLogger } from '../platform/logging/logger.ts';
import { createStores } from '../stores.ts';
import { isPermitted, permissionsOf } from './permission.model.ts';

/** The routes before log-in; a new one must be added here on purpose. */
const PUBLIC_ROUTES = ['GET /api/site', 'POST /api/session'];

describe('every way in', () => {
  const logger = createLogger('silent');
  const config = loadConfig({
    PUBLIC_ORIGIN: 'http://localhost:3000',
    MONGODB_URI: 'mongodb://127.0.0.1:1/none',
    REDIS_URL: 'redis://127.0.0.1:1',
    SESSION_SECRET: 'x'.repeat(32),
    PHONE_WEBSOCKET_URI: 'ws://127.0.0.1:5066',
    SIP_DOMAIN: 'kakehashi.invalid',
    RECORDINGS_DIR: '/nowhere',
    VAULT_KEY_FILE: '/nowhere',
    SIGNING_KEY_FILE: '/nowhere',
  });
  // Nothing is connected: only what is declared is looked at.
  const features = createFeatures({
    config,
    logger,
    stores: createStores(mongoose.createConnection()),
    redis: createRedis(config.REDIS_URL, logger),
    gateway: { findGatewayOf: () => Promise.reject(new Error('unused')), send: () => Promise.reject(new Error('unused')) },
    clock: systemClock,
    keys: new KeyRing(newKeyFile('unused')),
    signingKey: generateKeyPairSync('ed25519').privateKey,
    version: '0.0.0',
    endConnections: () => undefined,
    hasOtherConnections: () => Promise.resolve(false),
    showWallboard: () => undefined,
    showRecordingAlarms: () => undefined,
  });
  const routes = listRoutes(features, { isTls: false });
  const commands = Object.entries(listCommands(features));

  it('names a permission of the contract, or is public on purpose', () => {
    const open = routes.filter((route) => !Permission.safeParse(route.permission).success);
    expect(open.map((route) => `${route.method} ${route.path}`)).toEqual(PUBLIC_ROUTES);
    expect(open.every((route) => route.permission === 'public')).toBeTrue();
    expect(commands.filter(([, command]) => !Permission.safeParse(command.permission).success)).toEqual([]);
  });

  it('names the action for the audit log', () => {
    const actions = [...routes.map((route) => route.action), ...commands.map(([, command]) => command.action)];
    expect(actions.length).toBeGreaterThan(15);
    expect(actions.filter((action) => !/^[a-z]+\.[a-z-]+$/.test(action))).toEqual([]);
    expect(new Set(actions).size).toBe(actions.length);
  });

  it('is below /api', () => {
    expect(routes.filter((route) => !route.path.startsWith('/api/'))).toEqual([]);
  });
});

describe('permissions', () => {
  it('are all given to somebody', () => {
    const given = new Set(Role.options.flatMap(permissionsOf));
    expect(Permission.options.filter((permission) => !given.has(permission))).toEqual([]);
  });

  const holders = (...permissions: Permission[]): Role[] =>
    Role.options.filter((role) => permissions.some((one) => isPermitted(role, one)));

  it('let nobody but agents dial and answer, and nobody but them and supervisors, who may take calls over, write results', () => {
    expect(holders('calls.dial', 'calls.answer')).toEqual(['agent']);
    expect(holders('calls.control', 'calls.record')).toEqual(['agent', 'supervisor']);
  });

  it('let nobody but supervisors listen in, and interpreters no further than into the call they are asked to', () => {
    expect(holders('calls.supervise')).toEqual(['supervisor']);
    expect(holders('calls.watch')).toEqual(['supervisor', 'manager']);
    const interpreter = Permission.options.filter((permission) => isPermitted('interpreter', permission));
    expect(interpreter).toEqual(['session.read', 'session.end', 'calls.join', 'phone.register', 'agents.set-state']);
  });

  it('show no resident to managers and administrators', () => {
    expect(isPermitted('administrator', 'cases.read')).toBeFalse();
    expect(isPermitted('manager', 'recordings.play')).toBeFalse();
  });

  it('give nothing but what is public to somebody unknown', () => {
    expect(isPermitted(null, 'public')).toBeTrue();
    expect(Permission.options.some((permission) => isPermitted(null, permission))).toBeFalse();
  });
});
