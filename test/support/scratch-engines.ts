/** A PostgreSQL server of one test file's own, and on it engines on empty databases of their own. */
import { after, before } from "node:test";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import { createEngine, type Engine, type EngineOptions } from "../../src/entry/index.ts";
import { startScratchPostgres, type ScratchOptions, type ScratchPostgres } from "./scratch-postgres.ts";

export interface ScratchEngines {
  /** There when the first test begins. */
  readonly server: ScratchPostgres;
  /** Makes an empty database, and gives its URL. */
  readonly newDatabase: () => Promise<string>;
  /** An engine on an empty database. Whoever opens it closes it. */
  readonly open: (options?: EngineOptions) => Promise<Engine>;
}

/** To be called once per file: the server is started before its tests, and stopped after them. */
export const scratchEngines = (options: ScratchOptions = {}): ScratchEngines => {
  let server: ScratchPostgres;
  let count = 0;
  before(async () => {
    server = await startScratchPostgres(options);
  });
  after(() => server.stop());
  const newDatabase = async (): Promise<string> => {
    const name = `scratch_${++count}`;
    const maker = openPostgres({ url: server.socketUrl() });
    await maker.run({ text: `CREATE DATABASE ${name}`, values: [], writes: true, bigints: false, batched: false });
    await maker.close();
    return server.socketUrl(name);
  };
  return {
    get server() {
      return server;
    },
    newDatabase,
    open: async (engineOptions = {}) => createEngine(await newDatabase(), engineOptions),
  };
};
