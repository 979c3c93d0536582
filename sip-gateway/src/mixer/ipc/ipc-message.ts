import { z } from 'zod';

/** The requests a child process serves: by name, what they take and what they give. */
export type RequestMap = Readonly<Record<string, { readonly params: z.ZodType; readonly result: z.ZodType }>>;

export const IpcRequest = z.object({ id: z.int(), type: z.string(), params: z.unknown() });

export const IpcReply = z.discriminatedUnion('ok', [
  z.object({ id: z.int(), ok: z.literal(true), result: z.unknown() }),
  z.object({ id: z.int(), ok: z.literal(false), code: z.string(), message: z.string() }),
]);
export type IpcReply = z.infer<typeof IpcReply>;
