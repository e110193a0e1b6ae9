/**
 * What every acceptance test stands on: the same calls on SQLite and on PostgreSQL, each test on rows of its own.
 * The tests are a list: each line of the documents that Petrel answers, by the call as it is written here, and what it must give.
 */
import { after, before, beforeEach, describe } from "node:test";
import { createEngine, type Engine, type EngineOptions } from "../../src/entry/index.ts";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { AnyModel } from "../../src/schema/entity.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";
import { write } from "../postgres/requests.ts";

export interface Database {
  readonly name: "SQLite" | "PostgreSQL";
  readonly engine: () => Engine;
  /** The address of a database that nothing else uses. */
  readonly newUrl: () => Promise<string>;
  readonly open: (options?: EngineOptions) => Promise<Engine>;
}

/** Defines the tests once for each database. `fill` makes the rows that each test begins with. */
export const onEachDatabase = (
  area: string,
  models: readonly AnyModel[],
  fill: (engine: Engine) => Promise<void>,
  tests: (database: Database) => void,
): void => {
  const suite = (name: Database["name"], newUrl: Database["newUrl"]): void => {
    let engine: Engine;
    const open = async (options: EngineOptions = {}): Promise<Engine> => createEngine(await newUrl(), options);
    before(async () => void (engine = await open()));
    after(() => engine.close());
    beforeEach(async () => {
      await engine.dropAll(models);
      await engine.createAll(models);
      await fill(engine);
    });
    tests({ name, engine: () => engine, newUrl, open });
  };

  describe(`${area} on SQLite`, () => suite("SQLite", () => Promise.resolve("sqlite::memory:")));
  describe(`${area} on PostgreSQL`, () => {
    let server: ScratchPostgres;
    let count = 0;
    before(async () => void (server = await startScratchPostgres()));
    after(() => server.stop());
    suite("PostgreSQL", async () => {
      const name = `accepted_${++count}`;
      const maker = openPostgres({ url: server.socketUrl() });
      await maker.run(write(`CREATE DATABASE ${name}`));
      await maker.close();
      return server.socketUrl(name);
    });
  });
};
