import type { z } from 'zod';
import { IpcRequest } from './ipc-message.ts';
import type { IpcReply, RequestMap } from './ipc-message.ts';

type Handlers<M extends RequestMap> = {
  readonly [K in keyof M]: (params: z.output<M[K]['params']>) => z.output<M[K]['result']> | Promise<z.output<M[K]['result']>>;
};

/** Answers the parent's requests in this child process. An error's `code`, when it has one, travels back to the parent. */
export function serveRequests<M extends RequestMap>(requests: M, handlers: Handlers<M>): void {
  process.on('message', (message) => {
    const request = IpcRequest.parse(message);
    void answer(requests, handlers, request).then((reply) => sendToParent(reply));
  });
}

/** Sends a message to the parent; when the parent is gone there is nobody left to tell. */
export function sendToParent(message: object): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function answer<M extends RequestMap>(
  requests: M,
  handlers: Handlers<M>,
  request: z.infer<typeof IpcRequest>,
): Promise<IpcReply> {
  const { id, type } = request;
  try {
    const schema = requests[type];
    const handler = handlers[type];
    if (!schema || !handler) return { id, ok: false, code: 'unknown-request', message: `No request is called ${type}` };
    // The schema of this very key has just parsed the parameters; the union over all keys hides that from TypeScript.
    const result = await handler(schema.params.parse(request.params) as z.output<M[string]['params']>);
    return { id, ok: true, result };
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'internal';
    return { id, ok: false, code, message: error instanceof Error ? error.message : 'Unknown error' };
  }
}
