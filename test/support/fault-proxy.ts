/** Stands between a client and a real server, and spoils the line: stalls, drops, resets, closes halfway, lets one byte through at a time. */
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";

export type Fault = "none" | "stall" | "dribble";

export type Side = "client" | "server";

/** How a line breaks: at once, by an orderly end that leaves the other direction open, or so that nobody is told. */
export type Break = "reset" | "end" | "silence";

export interface FaultProxy {
  readonly url: string;
  readonly port: number;
  /** What happens to the bytes from now on. `stall` keeps them until another fault is chosen. */
  fault: Fault;
  /** Connections that are open now. */
  readonly open: number;
  /** Ends all connections: with an orderly end, or a reset. */
  readonly cut: (how: "end" | "reset") => void;
  /** Bytes that each side has sent. */
  readonly sent: Readonly<Record<Side, number>>;
  /** Breaks the connection on which a side (the server, where none is named) has sent so many more bytes; what it sends behind them is lost. */
  readonly cutAfter: (bytes: number, from?: Side, how?: Break) => void;
  /** Nothing passes any more on the connections that are open now, and nobody is told; new ones work. */
  readonly silence: () => void;
  /**
   * Resets the connection on which a client next sends this text: before the server gets it, or when the server has answered it. `silence` swallows it, and all
   * that comes behind, and tells nobody.
   */
  readonly cutAt: (text: string, when: "before" | "answered" | "silence") => void;
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
  const sent = { client: 0, server: 0 };
  let limit: { readonly from: Side; readonly how: Break; left: number } | null = null;
  let trap: { readonly text: string; readonly when: "before" | "answered" | "silence" } | null = null;
  const waiting: (() => void)[] = [];
  const isStalled = (): boolean => fault === "stall";

  /** What the client sends is looked at for the trap's text; `springs` then ends the connection at its answer. */
  const forward = (from: Socket, to: Socket, side: Side, drop: (how?: Break) => void, pair: Spoils): void => {
    const counts = side === "server";
    let line = Promise.resolve();
    const pass = async (chunk: Buffer): Promise<void> => {
      while (isStalled()) await new Promise<void>((resolve) => waiting.push(resolve));
      if (to.destroyed || pair.isSilent) return;
      if (counts && pair.springs) return drop();
      if (!counts && trap !== null && chunk.includes(trap.text)) {
        const { when } = trap;
        trap = null;
        if (when !== "answered") return drop(when === "silence" ? "silence" : "reset");
        pair.springs = true;
      }
      sent[side] += chunk.length;
      if (limit?.from === side && chunk.length > limit.left) {
        const { left, how } = limit;
        limit = null;
        to.write(chunk.subarray(0, left));
        await new Promise((resolve) => setTimeout(resolve, 5));
        return drop(how);
      }
      if (limit?.from === side) limit.left -= chunk.length;
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
    const drop = (how: Break = "reset"): void => {
      if (how === "silence") return void (pair.isSilent = true);
      // The client may go on writing after an orderly end: nobody hears it.
      if (how === "end") client.end();
      else reset(client);
      server.destroy();
    };
    forward(client, server, "client", drop, pair);
    forward(server, client, "server", drop, pair);
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
    sent,
    cutAfter: (bytes, from = "server", how = "reset") => {
      limit = { from, how, left: bytes };
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
