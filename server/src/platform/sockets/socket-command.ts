import type { z } from 'zod';

/** What a command may do with the connection it came over. */
export interface Connection {
  /** Lets this browser hear the news of a room from now on. */
  join(room: string): void;
}

/** A declared socket command: who may send it, what it takes, which use case it runs. */
export interface SocketCommand<Permission extends string, Actor> {
  readonly permission: Permission;
  /** The audited action, noun.verb. */
  readonly action: string;
  readonly input: z.ZodType;
  /** The record the use case is about, for the audit entry. */
  subject(input: unknown): string | null;
  run(input: unknown, actor: Actor, connection: Connection): Promise<unknown>;
}

/** A command whose answer has the type `Output`; the event map of the contract decides which. */
export interface TypedCommand<Permission extends string, Actor, Input, Output> extends SocketCommand<Permission, Actor> {
  readonly input: z.ZodType<Input>;
  run(input: unknown, actor: Actor, connection: Connection): Promise<Output>;
}

/** Declares a command; the input of `run` follows from its contract. */
export function socketCommand<Permission extends string, Actor, Input, Output>(declaration: {
  permission: Permission;
  action: string;
  input: z.ZodType<Input>;
  subject?: (input: Input) => string | null;
  run: (input: Input, actor: Actor, connection: Connection) => Promise<Output>;
}): TypedCommand<Permission, Actor, Input, Output> {
  // The socket server parses the input with the declaration's own contract before calling these.
  return {
    ...declaration,
    subject: (input) => declaration.subject?.(input as Input) ?? null,
    run: (input, actor, connection) => declaration.run(input as Input, actor, connection),
  };
}
