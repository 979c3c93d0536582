import { z } from 'zod';
import type { Content } from './content-reply.ts';

/** What a use case may do to the answer besides returning its body. */
export interface Exchange {
  /** The browser's address, IPv4 where it is one. */
  readonly address: string;
  readonly setCookie: (cookie: string) => void;
  /** Names the record for the audit entry when it is known only now. */
  readonly nameSubject: (id: string) => void;
}

export interface RouteInput<Params, Body, Actor> {
  params: Params;
  body: Body;
  actor: Actor;
  exchange: Exchange;
}

type Method = 'GET' | 'POST' | 'DELETE';

/** A declared route: who may call it, what it takes, what it answers, which use case it runs. */
export interface Route<Permission extends string, Actor> {
  readonly method: Method;
  /** Express 5 path, for example /api/cases/:caseId. */
  readonly path: string;
  readonly permission: Permission;
  /** The audited action, noun.verb. */
  readonly action: string;
  readonly status: number;
  readonly params: z.ZodType;
  readonly body: z.ZodType;
  /** The body's contract; 'content' for a Content, 'empty' for 204. */
  readonly reply: ReplyContract;
  /** The record the use case is about, for the audit entry. */
  subject(input: RouteInput<unknown, unknown, Actor>): string | null;
  run(input: RouteInput<unknown, unknown, Actor>): Promise<unknown>;
}

export type ReplyContract = z.ZodType | 'content' | 'empty';

/** How a route is written down; `params` and `body` are left out where the route takes none. */
export interface RouteDeclaration<
  Permission extends string,
  Actor,
  Params extends z.ZodType,
  Body extends z.ZodType,
  Reply extends ReplyContract,
> {
  method: Method;
  path: string;
  permission: Permission;
  action: string;
  status?: number;
  params?: Params;
  body?: Body;
  reply: Reply;
  subject?: (input: RouteInput<z.output<Params>, z.output<Body>, Actor>) => string | null;
  run: (input: RouteInput<z.output<Params>, z.output<Body>, Actor>) => Promise<ReplyOf<Reply>>;
}

type ReplyOf<Reply> = Reply extends z.ZodType ? z.output<Reply> : Reply extends 'content' ? Content : void;

/** Declares a route; input and output of `run` follow from the contracts. */
export function route<
  Permission extends string,
  Actor,
  Params extends z.ZodType,
  Body extends z.ZodType,
  Reply extends ReplyContract,
>(declaration: RouteDeclaration<Permission, Actor, Params, Body, Reply>): Route<Permission, Actor> {
  // The router parses params and body with the declaration's own contracts before calling these.
  type Typed = RouteInput<z.output<Params>, z.output<Body>, Actor>;
  return {
    ...declaration,
    params: declaration.params ?? z.unknown(),
    body: declaration.body ?? z.unknown(),
    status: declaration.status ?? (declaration.reply === 'empty' ? 204 : 200),
    subject: (input) => declaration.subject?.(input as Typed) ?? null,
    run: (input) => declaration.run(input as Typed),
  };
}
