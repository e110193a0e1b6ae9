/** Stands between a contender and PostgreSQL: counts bytes and round trips, and holds back what goes to the server when it is told to. */
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";

export interface Traffic {
  /** How often the client spoke after the server had: each time it had waited for an answer. */
  readonly roundTrips: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
}

export class CountingProxy {
  #traffic = { roundTrips: 0, bytesOut: 0, bytesIn: 0 };
  /** Milliseconds that what goes to the server is held back. */
  delay = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer({ noDelay: true });
  port = 0;

  static async start(host: string, port: number): Promise<CountingProxy> {
    const proxy = new CountingProxy();
    proxy.#server.on("connection", (client) => proxy.#join(client, connect({ host, port, noDelay: true })));
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    // Listening on a port, its address is an object.
    proxy.port = (proxy.#server.address() as { port: number }).port;
    return proxy;
  }

  #join(client: Socket, server: Socket): void {
    let isClientsTurn = true;
    client.on("data", (bytes) => {
      if (isClientsTurn) this.#traffic.roundTrips++;
      isClientsTurn = false;
      this.#traffic.bytesOut += bytes.length;
      if (this.delay === 0) server.write(bytes);
      else setTimeout(() => server.write(bytes), this.delay);
    });
    server.on("data", (bytes) => {
      isClientsTurn = true;
      this.#traffic.bytesIn += bytes.length;
      client.write(bytes);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        if (this.delay === 0) other.end();
        else setTimeout(() => other.end(), this.delay);
      });
    }
  }

  /** What passed since the last time. */
  take(): Traffic {
    const taken = this.#traffic;
    this.#traffic = { roundTrips: 0, bytesOut: 0, bytesIn: 0 };
    return taken;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
