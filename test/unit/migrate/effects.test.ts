/** What statements do, as far as their text says. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Touch } from "../../../src/migrate/effects/effect.ts";
import { effectsOf } from "../../../src/migrate/effects/effects.ts";

const touched = ({ what, table, name, owns }: Touch): string =>
  `${owns ? "" : "uses "}${what} ${[table?.schema, table?.name, name].filter((each) => each).join(".")}`.trim();

/** transactional? lock rewrites? loses | touches */
const summary = (sql: string, dialect: "postgres" | "sqlite" = "postgres"): string => {
  const { transactional, lock, rewrites, losesData, touches } = effectsOf(sql, dialect);
  const facts = [transactional ? "" : "alone", lock ?? "", rewrites ? "rewrites" : "", losesData ?? ""].filter((each) => each !== "");
  return `${facts.join(", ")} | ${touches.map(touched).join(", ")}`;
};

const cases: readonly (readonly [sql: string, expected: string])[] = [
  ["CREATE TABLE IF NOT EXISTS a (b integer REFERENCES other.c)", " | table a, uses table other.c"],
  ['create unique index concurrently "A x" on only s.a (lower(b))', "alone, SHARE UPDATE EXCLUSIVE | index A x, uses table s.a"],
  ["CREATE INDEX ON a (b)", "SHARE | uses table a"],
  ["DROP INDEX CONCURRENTLY IF EXISTS x", "alone, SHARE UPDATE EXCLUSIVE | index x"],
  ["ALTER TABLE a ADD b integer DEFAULT 1 NOT NULL", "ACCESS EXCLUSIVE | uses table a, column a.b"],
  ["ALTER TABLE a ADD COLUMN b uuid DEFAULT gen_random_uuid()", "ACCESS EXCLUSIVE, rewrites | uses table a, column a.b"],
  ["ALTER TABLE a ADD COLUMN b numeric(10, 2) DEFAULT 1 CHECK (b > 0)", "ACCESS EXCLUSIVE | uses table a, column a.b"],
  [
    "ALTER TABLE a DROP COLUMN b, DROP IF EXISTS c CASCADE",
    "ACCESS EXCLUSIVE, drops the column a.b, drops the column a.c | uses table a, column a.b, column a.c",
  ],
  ["ALTER TABLE a RENAME TO b", "ACCESS EXCLUSIVE | uses table a, table a, table b"],
  ["ALTER TABLE a RENAME b TO c", "ACCESS EXCLUSIVE | uses table a, column a.b, column a.c"],
  ["ALTER TABLE a ADD CONSTRAINT k FOREIGN KEY (b) REFERENCES c (id)", "SHARE ROW EXCLUSIVE | uses table a, constraint k, uses table c"],
  ["ALTER TABLE a ALTER b TYPE text", "ACCESS EXCLUSIVE | uses table a, column a.b"],
  ["ALTER TABLE a ALTER COLUMN b SET DATA TYPE bigint", "ACCESS EXCLUSIVE, rewrites | uses table a, column a.b"],
  ["ALTER TYPE mood ADD VALUE IF NOT EXISTS 'it''s' BEFORE 'x'", "alone | object value it's of type mood"],
  ["DROP TABLE a, b", "ACCESS EXCLUSIVE, drops the tables a, b | table a, table b"],
  ["TRUNCATE TABLE a", "ACCESS EXCLUSIVE, deletes rows of a | rows a, uses table a"],
  ["DELETE FROM a WHERE x", "deletes rows of a | rows a, uses table a"],
  ["UPDATE a SET b = 1", " | rows a, uses table a"],
  ["INSERT INTO a VALUES (1)", " | uses table a"],
  ["CREATE OR REPLACE VIEW v AS SELECT 1", " | object view v"],
  ["VACUUM a", "alone | "],
  ["REINDEX TABLE CONCURRENTLY a", "alone | "],
  ["DO $$ BEGIN END $$", " | everything"],
  ["SELECT setval('x', 1)", " | "],
];

for (const [sql, expected] of cases) test(sql, () => assert.equal(summary(sql), expected));

test("on SQLite every change locks the database", () => {
  assert.equal(summary("CREATE INDEX x ON [a] (b)", "sqlite").startsWith("EXCLUSIVE"), true);
  assert.equal(summary("SELECT 1", "sqlite"), " | ");
});
