import type { z } from 'zod';
import type { Ack } from '#contracts/problem.contract';
import { route, type ReplyContract, type Route, type RouteDeclaration } from '../platform/http/route.ts';
import { socketCommand, type Connection, type TypedCommand } from '../platform/sockets/socket-command.ts';
import type { Actor } from './actor.ts';
import type { RequiredPermission } from './permission.model.ts';

export type AppRoute = Route<RequiredPermission, Actor>;
export type AppCommand<Input, Output> = TypedCommand<RequiredPermission, Actor, Input, Output>;

/** Declares an HTTP route of this application. */
export function appRoute<Params extends z.ZodType, Body extends z.ZodType, Reply extends ReplyContract>(
  declaration: RouteDeclaration<RequiredPermission, Actor, Params, Body, Reply>,
): AppRoute {
  return route(declaration);
}

/** Declares a socket command of this application. */
export function appCommand<Input, Output>(declaration: {
  permission: RequiredPermission;
  action: string;
  input: z.ZodType<Input>;
  subject?: (input: Input) => string | null;
  run: (input: Input, actor: Actor, connection: Connection) => Promise<Output>;
}): AppCommand<Input, Output> {
  return socketCommand(declaration);
}

type InputOf<Event> = Event extends (command: infer Input, acknowledge: never) => void ? Input : never;
type OutputOf<Event> = Event extends (command: never, acknowledge: (reply: Ack<infer Output>) => void) => void ? Output : never;

/** One declared command for each event of a contract's map: a renamed or forgotten event does not compile. */
export type CommandsFor<Events> = { [Name in keyof Events]: AppCommand<InputOf<Events[Name]>, OutputOf<Events[Name]>> };
