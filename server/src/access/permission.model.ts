import type { Permission, Role } from '#contracts/users.contract';

/** What a route or command asks for; 'public' may be called before log-in. */
export type RequiredPermission = Permission | 'public';

const EVERYBODY = ['session.read', 'session.end', 'calls.read', 'wallboard.read'] as const satisfies Permission[];

/** Which role may do what. An administrator runs the system and sees no resident (DOMAIN §6.11). */
const PERMISSIONS_BY_ROLE: Readonly<Record<Role, readonly Permission[]>> = {
  agent: [
    ...EVERYBODY,
    'cases.list',
    'cases.read',
    'calls.dial',
    'calls.answer',
    'calls.control',
    'calls.record',
    'calls.join',
    'callbacks.handle',
    'directory.read',
    'phone.register',
    'agents.set-state',
    'recordings.play',
  ],
  interpreter: ['session.read', 'session.end', 'calls.join', 'phone.register', 'agents.set-state'],
  supervisor: [
    ...EVERYBODY,
    'cases.list',
    'cases.read',
    'calls.control',
    'calls.record',
    'calls.join',
    'calls.watch',
    'calls.supervise',
    'callbacks.handle',
    'directory.read',
    'phone.register',
    'agents.set-state',
    'recordings.play',
    'recordings.list',
    'recordings.export',
    'recordings.hold',
    'telephony.read',
  ],
  manager: [...EVERYBODY, 'recordings.list', 'recordings.hold', 'recordings.purge', 'calls.watch', 'telephony.read'],
  administrator: [...EVERYBODY, 'telephony.read'],
};

/** Everything a role may do, for the client's courtesy; the server asks `isPermitted` each time. */
export function permissionsOf(role: Role): Permission[] {
  return [...PERMISSIONS_BY_ROLE[role]];
}

/** The one permission function: may somebody of this role, or nobody in particular (null), do this? */
export function isPermitted(role: Role | null, permission: RequiredPermission): boolean {
  if (permission === 'public') return true;
  return role !== null && PERMISSIONS_BY_ROLE[role].includes(permission);
}
