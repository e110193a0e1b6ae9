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
  /** Nothing passes any more on the connections that are open now, and nobody is told; new ones work. */
  readonly silence: () => void;
  /** Resets the connection on which a client next sends this text: before the server gets it, or when the server has answered it. */
  readonly cutAt: (text: string, when: "before" | "answered") => void;
  readonly close: () => Promise<void>;
}

interface Spoils {
  /** At the next answer the connection ends. */
  springs: boolean;
  isSilent: boolean;
}

interface Pair extends Spoils {
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
  let trap: { readonly text: string; readonly when: "before" | "answered" } | null = null;
  const waiting: (() => void)[] = [];
  const isStalled = (): boolean => fault === "stall";

  /** What the client sends is looked at for the trap's text; `springs` then ends the connection at its answer. */
  const forward = (from: Socket, to: Socket, counts: boolean, drop: () => void, pair: Spoils): void => {
    let line = Promise.resolve();
    const pass = async (chunk: Buffer): Promise<void> => {
      while (isStalled()) await new Promise<void>((resolve) => waiting.push(resolve));
      if (to.destroyed || pair.isSilent) return;
      if (counts && pair.springs) return drop();
      if (!counts && trap !== null && chunk.includes(trap.text)) {
        const { when } = trap;
        trap = null;
        if (when === "before") return drop();
        pair.springs = true;
      }
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
    const pair = { client, server, springs: false, isSilent: false };
    pairs.add(pair);
    const drop = (): void => {
      reset(client);
      server.destroy();
    };
    forward(client, server, false, drop, pair);
    forward(server, client, true, drop, pair);
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
    silence: () => {
      for (const pair of pairs) pair.isSilent = true;
    },
    cutAt: (text, when) => {
      trap = { text, when };
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
