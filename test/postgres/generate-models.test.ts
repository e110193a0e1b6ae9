/** Models from live PostgreSQL databases. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { generateModels, introspect } from "../../src/entry/migrate.ts";
import { generateModelsSuite } from "../suites/generate-models-suite.ts";
import { scratchEngines } from "../support/scratch-engines.ts";

const { open } = scratchEngines();

generateModelsSuite({ name: "PostgreSQL", open });

test("PostgreSQL: what models cannot say is remarked, above the model and in the list", async () => {
  await using engine = await open();
  for (const text of [
    "CREATE TYPE mood AS ENUM ('sad', 'it''s ok')",
    "CREATE TABLE log (line text)",
    "CREATE TABLE things (id int PRIMARY KEY, mood mood NOT NULL DEFAULT 'sad', address inet, at timestamp, twice int GENERATED ALWAYS AS (id * 2) STORED, n serial, CONSTRAINT positive CHECK (id > 0))",
  ])
    await engine.execute(text);
  assert.deepEqual(generateModels(await introspect(engine)), {
    models: ["Thing"],
    remarks: ["The table 'log' has no primary key, so it has no model.", "'things': its column n is counted up by the database."],
    text: `import { int, Model, oneOf, sql, text, timestamp } from "petrel";

// The table 'log' has no primary key, so it has no model.

// Not as in the database: its column n is counted up by the database.
export class Thing extends Model(
  "things",
  {
    id: int().primaryKey({ generated: false }),
    mood: oneOf("sad", "it's ok").databaseType("mood").default("sad"),
    address: text().databaseType("inet").nullable(),
    at: timestamp().databaseType("timestamp").nullable(),
    twice: int().nullable().generatedAs(sql\`(id * 2)\`),
    n: int(),
  },
  {
    checks: {
      check1: sql\`(id > 0)\`,
    },
  },
) {}
`,
  });
});
