/** The part of rtpengine-client 0.4 that the gateway uses; the package brings no types. */
declare module 'rtpengine-client' {
  interface ServerAddress {
    readonly host: string;
    readonly port: number;
  }

  /** A reply of the ng protocol: at least `result`, the rest depends on the command. */
  type Reply = Readonly<Record<string, unknown>>;
  type Arguments = Readonly<Record<string, unknown>>;

  export class Client {
    constructor(options: { timeout: number; localAddress?: string });
    on(event: 'error', listener: (error: Error) => void): this;
    offer(server: ServerAddress, args: Arguments): Promise<Reply>;
    answer(server: ServerAddress, args: Arguments): Promise<Reply>;
    delete(server: ServerAddress, args: Arguments): Promise<Reply>;
    query(server: ServerAddress, args: Arguments): Promise<Reply>;
    list(server: ServerAddress, args: Arguments): Promise<Reply>;
    ping(server: ServerAddress, args: Arguments): Promise<Reply>;
    close(): void;
  }
}
