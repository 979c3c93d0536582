import type { AppClient, Application } from '../agent/application.ts';

/** A method, or one of the kinds of call records. */
const ROUTE = /^(?:[a-z]+|cdr:(?:attempt|start|stop))$/;

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

  /** Forgets an application that is gone; returns the routes it had. */
  remove(client: AppClient): string[] {
    if (this.client !== client) return [];
    const routes = this.routes();
    this.client = undefined;
    this.verbs.clear();
    return routes;
  }

  /** Returns why the route is refused, or undefined. */
  addRoute(client: AppClient, verb: string): string | undefined {
    const name = verb.toLowerCase();
    if (this.client !== client || !ROUTE.test(name)) return 'cannot route this verb';
    this.verbs.add(name);
    return undefined;
  }

  /** What the connected application has asked for. */
  routes(): string[] {
    return [...this.verbs];
  }

  removeRoute(client: AppClient, verb: string): void {
    if (this.client === client) this.verbs.delete(verb.toLowerCase());
  }

  isConnected(): boolean {
    return this.client?.isOpen() === true;
  }

  clientFor(route: string): AppClient | undefined {
    return this.isConnected() && this.verbs.has(route.toLowerCase()) ? this.client : undefined;
  }
}
