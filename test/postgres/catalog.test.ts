// Types of one's own: enums, domains, composites, ranges, arrays of them, extensions' types. The driver asks the server's catalog what they are made of.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresOptions } from "../../src/driver/postgres/options.ts";
import { startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";
import { read, write } from "./requests.ts";

let server: ScratchPostgres;
let driver: PostgresDriver;

const types = [
  "CREATE TYPE mood AS ENUM ('sad', 'so, so', 'glad \"very\"', 'NULL', '')",
  "CREATE DOMAIN age AS int CHECK (VALUE >= 0)",
  "CREATE DOMAIN ages AS age[]",
  "CREATE DOMAIN old_ages AS ages CHECK (array_length(VALUE, 1) > 0)",
  "CREATE TYPE span AS RANGE (subtype = age)",
  "CREATE TYPE texts AS RANGE (subtype = text)",
  "CREATE TYPE face AS (mood mood, moods mood[], age age, note text)",
  'CREATE TYPE "Odd ""Name" AS ("first field" int8, faces face[], born timestamptz, points point[])',
  "CREATE SCHEMA elsewhere",
  "CREATE TYPE elsewhere.mood AS ENUM ('blue')",
  "CREATE EXTENSION citext",
  "CREATE TABLE pairs (id int PRIMARY KEY, label text)",
];

before(async () => {
  server = await startScratchPostgres();
  driver = openPostgres({ url: server.socketUrl() });
  for (const type of types) await driver.run(write(type));
});

after(async () => {
  await driver.close();
  await server.stop();
});

const withDriver = async (options: PostgresOptions, use: (own: PostgresDriver) => Promise<void>): Promise<void> => {
  const own = openPostgres({ url: server.socketUrl(), ...options });
  try {
    await use(own);
  } finally {
    await own.close();
  }
};

const range = (lower: unknown, upper: unknown) => ({ isEmpty: false, lower, upper, includesLower: true, includesUpper: false });
const face = { mood: "so, so", moods: ['glad "very"', null, "NULL", ""], age: 5, note: null };

/** What SQL makes, and what it is read as. */
const values: readonly (readonly [string, unknown])[] = [
  ["'sad'::mood", "sad"],
  ["NULL::mood", null],
  [`ARRAY['sad', NULL, 'so, so', 'glad "very"', 'NULL', '']::mood[]`, ["sad", null, "so, so", 'glad "very"', "NULL", ""]],
  ["'{}'::mood[]", []],
  ["ARRAY[['sad'], ['NULL']]::mood[]", [["sad"], ["NULL"]]],
  ["'blue'::elsewhere.mood", "blue"],
  ["ARRAY['blue']::elsewhere.mood[]", ["blue"]],
  ["7::age", 7],
  ["ARRAY[1, NULL]::age[]", [1, null]],
  ["'{1,2}'::ages", [1, 2]],
  ["'{1,2}'::old_ages", [1, 2]],
  [`ARRAY['{1,2}', '{3}']::ages[]`, [[1, 2], [3]]],
  ["'[1,5)'::span", range(1, 5)],
  [
    "ARRAY['[1,5)', NULL, 'empty']::span[]",
    [range(1, 5), null, { isEmpty: true, lower: null, upper: null, includesLower: false, includesUpper: false }],
  ],
  [`'["a,b","c""d")'::texts`, range("a,b", 'c"d')],
  [`ROW('so, so', ARRAY['glad "very"', NULL, 'NULL', '']::mood[], 5, NULL)::face`, face],
  ["NULL::face", null],
  [`ARRAY[ROW('so, so', ARRAY['glad "very"', NULL, 'NULL', '']::mood[], 5, NULL)::face, NULL]`, [face, null]],
  [
    `ROW(9007199254740991, ARRAY[ROW('so, so', ARRAY['glad "very"', NULL, 'NULL', '']::mood[], 5, NULL)::face], '2024-02-29 12:00Z', '{"(1,2)"}')::"Odd ""Name"`,
    { "first field": 9_007_199_254_740_991, faces: [face], born: new Date("2024-02-29T12:00Z"), points: ["(1,2)"] },
  ],
  ["'Straße'::citext", "Straße"],
  ["ARRAY['a,b', NULL, 'NULL']::citext[]", ["a,b", null, "NULL"]],
  ["ROW(1, 'one')::pairs", { id: 1, label: "one" }],
  ["ROW(1, 'a,b', NULL, 'sad'::mood)", ["1", "a,b", null, "sad"]],
  ["'12'::information_schema.cardinal_number", 12],
  ["ARRAY[12, NULL]::information_schema.cardinal_number[]", [12, null]],
];

describe("a value of a type of one's own", () => {
  it("is the same on the first run, in text, and on the later ones, in binary where that is read faster", async () => {
    for (const [text, expected] of values) {
      await withDriver({ pool: { maxConnections: 1 } }, async (own) => {
        for (const run of [1, 2, 3]) {
          assert.deepEqual((await own.run(read(`SELECT ${text} AS value`))).rows, [[expected]], `${text}, run ${run}`);
        }
      });
    }
  });
});
