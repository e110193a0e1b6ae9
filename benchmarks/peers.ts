/** Other libraries, each behind the same few calls. They are installed by `npm run bench` in a folder of their own, and left out when they are not there. */
import { pragmas } from "./users.ts";
import type { AnyRow } from "./users.ts";

export interface PeerRow {
  readonly name: string;
  readonly email: string;
  readonly age: number;
  readonly isActive: boolean;
  /** As it is stored. */
  readonly createdAt: string;
}

/** What a peer does at once it returns at once. */
export interface Peer {
  readonly name: string;
  all(): readonly AnyRow[] | Promise<readonly AnyRow[]>;
  byId(id: number): unknown;
  /** A query by id down to its SQL text. */
  build(id: number): unknown;
  /** One statement a row, in one transaction. */
  insertAll(rows: readonly PeerRow[]): unknown;
  close(): unknown;
}

const names = ["drizzle", "kysely"] as const;

export const openPeers = async (path: string): Promise<readonly Peer[]> => {
  const peers: Peer[] = [];
  for (const name of names) {
    const address: string = new URL(`peers/${name}.mjs`, import.meta.url).href;
    try {
      const module = (await import(address)) as { open(path: string, pragmas: readonly string[]): Peer };
      peers.push(module.open(path, pragmas));
    } catch (error) {
      if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
      console.log(`${name} is not installed and left out: npm install --prefix benchmarks`);
    }
  }
  return peers;
};
