import type { AppClient, Application } from '../agent/application.ts';

/** The one application that may be connected, and the methods it asked for. */
export class ClientTable implements Application {
  private client: AppClient | undefined;
  private readonly verbs = new Set<string>();

  /** False when another application is connected. */
  add(client: AppClient): boolean {
    if (this.client !== undefined && this.client !== client && this.client.isOpen()) return false;
    this.client = client;
    this.verbs.clear();
    return true;
  }

  remove(client: AppClient): void {
    if (this.client !== client) return;
    this.client = undefined;
    this.verbs.clear();
  }

  /** Returns why the route is refused, or undefined. */
  addRoute(client: AppClient, verb: string): string | undefined {
    const name = verb.toLowerCase();
    if (this.client !== client || !/^[a-z]+$/.test(name))
      return `cannot route ${name.startsWith('cdr:') ? 'cdr events' : 'this verb'}`;
    this.verbs.add(name);
    return undefined;
  }

  removeRoute(client: AppClient, verb: string): void {
    if (this.client === client) this.verbs.delete(verb.toLowerCase());
  }

  isConnected(): boolean {
    return this.client?.isOpen() === true;
  }

  clientFor(method: string): AppClient | undefined {
    return this.isConnected() && this.verbs.has(method.toLowerCase()) ? this.client : undefined;
  }
}
