import { AsyncLocalStorage } from 'node:async_hooks';

/** What everything done for one request or command knows without being told. */
export interface Context {
  requestId: string;
  userId?: string;
}

const storage = new AsyncLocalStorage<Context>();

/** Runs `work` with `context` visible to everything it awaits. */
export function runInContext<T>(context: Context, work: () => T): T {
  return storage.run(context, work);
}

/** The context of the running request, or undefined outside one. */
export function currentContext(): Context | undefined {
  return storage.getStore();
}
