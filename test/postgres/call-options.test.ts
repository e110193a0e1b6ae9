import { after } from "node:test";
import { createEngine, type Engine } from "../../src/entry/index.ts";
import { callOptionsSuite } from "../suites/call-options-suite.ts";
import { scratchEngines } from "../support/scratch-engines.ts";

const databases = scratchEngines();
let other: Engine;
after(() => other.close());

callOptionsSuite({
  name: "PostgreSQL",
  open: async (options) => {
    const url = await databases.newDatabase();
    other = await createEngine(url);
    return createEngine(url, { ...options, connectionPoolSize: 1 });
  },
  lockTables: async (tables) => {
    const locking = await other.session().begin();
    await locking.executeRaw(`LOCK TABLE ${tables.join(", ")} IN ACCESS EXCLUSIVE MODE`);
    return () => locking.rollback();
  },
});
