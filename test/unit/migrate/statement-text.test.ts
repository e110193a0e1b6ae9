/** SQL files cut into statements. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { splitStatements } from "../../../src/migrate/effects/statement-text.ts";

const split = (text: string, dialect: "postgres" | "sqlite"): string[] => splitStatements(text, dialect).map(({ sql }) => sql);

test("statements end at semicolons, but not at those in strings, names, comments and dollar quotes", () => {
  const statements = [
    `INSERT INTO a VALUES ('x;y', "odd;name", E'\\';')`,
    "SELECT 1 /* ; /* ; */ ; */ + 1",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $body$ SELECT 1; SELECT 2; $body$",
    "DO $$ BEGIN PERFORM 1; END $$",
  ];
  assert.deepEqual(split(`-- a file;\n${statements.join(";\n\n")};\n-- its end;\n`, "postgres"), statements);
});

test("bodies of triggers and of SQL functions are one statement with what they stand in", () => {
  const trigger = "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = CASE WHEN y THEN 1 ELSE 2 END; DELETE FROM b; END";
  assert.deepEqual(split(`${trigger}; SELECT 1`, "sqlite"), [trigger, "SELECT 1"]);
  const body = "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
  assert.deepEqual(split(`${body};SELECT 1;`, "postgres"), [body, "SELECT 1"]);
  assert.deepEqual(split("BEGIN; SELECT 1; END; SELECT CASE WHEN 1 THEN 2 END; SELECT 3", "sqlite").length, 5);
});

test("directives belong to the statement behind them", () => {
  assert.deepEqual(
    splitStatements(
      "SELECT 1;\n-- petrel: loses nothing\n-- why\n--petrel: no-transaction\nDROP TABLE a -- petrel: not one\n;",
      "postgres",
    ),
    [
      { sql: "SELECT 1", directives: [] },
      { sql: "DROP TABLE a -- petrel: not one", directives: ["loses nothing", "no-transaction"] },
    ],
  );
});
