/** Stands between a client and a real server, and spoils the line: stalls, drops, resets, closes halfway, lets one byte through at a time. */
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";

export type Fault = "none" | "stall" | "dribble";

export interface FaultProxy {
  readonly url: string;
  readonly port: number;
  /** What happens to the bytes from now on. `stall` keeps them until another fault is chosen. */
  fault: Fault;
  /** Connections that are open now. */
  readonly open: number;
  /** Ends all connections: with an orderly end, or a reset. */
  readonly cut: (how: "end" | "reset") => void;
  /** Resets each connection once the server has sent so many more bytes. */
  readonly cutAfter: (bytes: number) => void;
  readonly close: () => Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** A socket that is just ending cannot be reset: Node then never gets rid of its handle, and the process never ends. */
const reset = (socket: Socket): void => {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
};

/** `url` is the real server's, with a TCP address in it. */
export const faultProxy = (url: string): Promise<FaultProxy> => {
  const target = new URL(url);
  const pairs = new Set<Pair>();
  let fault: Fault = "none";
  let bytesLeft = Infinity;
  const waiting: (() => void)[] = [];
  const isStalled = (): boolean => fault === "stall";

  const forward = (from: Socket, to: Socket, counts: boolean, drop: () => void): void => {
    let line = Promise.resolve();
    const pass = async (chunk: Buffer): Promise<void> => {
      while (isStalled()) await new Promise<void>((resolve) => waiting.push(resolve));
      if (to.destroyed) return;
      if (counts && chunk.length > bytesLeft) {
        to.write(chunk.subarray(0, bytesLeft));
        bytesLeft = Infinity;
        await new Promise((resolve) => setTimeout(resolve, 5));
        return drop();
      }
      if (counts) bytesLeft -= chunk.length;
      if (fault !== "dribble") return void to.write(chunk);
      for (const byte of chunk) {
        to.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    from.on("data", (chunk: Buffer) => {
      line = line.then(() => pass(chunk));
    });
    from.on("error", () => undefined);
    from.on("close", () => void line.then(() => to.end()));
  };

  const listener = createServer((client) => {
    const server = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
    client.setNoDelay(true);
    const pair = { client, server };
    pairs.add(pair);
    const drop = (): void => {
      reset(client);
      server.destroy();
    };
    forward(client, server, false, drop);
    forward(server, client, true, drop);
    client.on("close", () => pairs.delete(pair));
  });

  const proxy: Omit<FaultProxy, "url" | "port"> = {
    get fault() {
      return fault;
    },
    set fault(next: Fault) {
      fault = next;
      if (next !== "stall") for (const wake of waiting.splice(0)) wake();
    },
    get open() {
      return pairs.size;
    },
    cut: (how) => {
      for (const { client, server } of pairs) {
        if (how === "end") client.end();
        else reset(client);
        server.destroy();
      }
    },
    cutAfter: (bytes) => {
      bytesLeft = bytes;
    },
    close: () =>
      new Promise((resolve) => {
        for (const wake of waiting.splice(0)) wake();
        for (const { client, server } of pairs) {
          client.destroy();
          server.destroy();
        }
        listener.close(() => resolve());
      }),
  };
  return new Promise((resolve) => {
    listener.listen(0, "127.0.0.1", () => {
      const address = listener.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const through = new URL(url);
      through.hostname = "127.0.0.1";
      through.port = String(port);
      resolve(Object.assign(proxy, { url: through.href, port }));
    });
  });
};
