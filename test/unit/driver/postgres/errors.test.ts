import assert from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import {
  AuthenticationFailed,
  ConnectionLost,
  ConstraintViolation,
  DatatypeMismatch,
  DeadlockDetected,
  ExclusionViolation,
  ForeignKeyViolation,
  LockNotAvailable,
  NotNullViolation,
  QueryCanceled,
  QueryError,
  SerializationFailure,
  ServerUnavailable,
  TransactionAborted,
  UniqueViolation,
} from "../../../../src/base/errors.ts";
import { errorFromReport, pointAt, serverReport, serverReportOf } from "../../../../src/driver/postgres/errors.ts";
import { conditionName } from "../../../../src/driver/postgres/sqlstate.ts";

const fields = (given: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(Object.entries({ S: "FEHLER", V: "ERROR", C: "XX000", M: "broken", ...given }));

const errorOf = (given: Readonly<Record<string, string>>) => errorFromReport(serverReportOf(fields(given)));

test("each condition becomes the error of its kind", () => {
  const kinds: readonly (readonly [string, new (message: string) => Error])[] = [
    ["23505", UniqueViolation],
    ["23503", ForeignKeyViolation],
    ["23502", NotNullViolation],
    ["23P01", ExclusionViolation],
    ["23000", ConstraintViolation],
    ["22P02", DatatypeMismatch],
    ["40001", SerializationFailure],
    ["40P01", DeadlockDetected],
    ["57014", QueryCanceled],
    ["55P03", LockNotAvailable],
    ["25P02", TransactionAborted],
    ["28P01", AuthenticationFailed],
    ["28000", AuthenticationFailed],
    ["57P01", ConnectionLost],
    ["57P03", ServerUnavailable],
    ["53300", ServerUnavailable],
    ["42601", QueryError],
    ["XX000", QueryError],
  ];
  for (const [state, Kind] of kinds) {
    const error = errorOf({ C: state });
    assert.equal(error.constructor, Kind, state);
    assert.equal(error.sqlState, state);
    assert.equal(error.mayHaveRun, false);
  }
});

test("a constraint's error names constraint, table and column, and keeps the values in the detail out of sight", () => {
  const error = errorOf({
    C: "23505",
    M: 'duplicate key value violates unique constraint "users_email_key"',
    D: "Key (email)=(secret@example.org) already exists.",
    W: "unnamed portal parameter $1 = 'secret@example.org'",
    s: "public",
    t: "users",
    c: "email",
    n: "users_email_key",
    F: "nbtinsert.c",
    L: "666",
    R: "_bt_check_unique",
  });
  assert.equal(error.constraint, "users_email_key");
  assert.equal(error.table, "users");
  assert.equal(error.column, "email");
  assert.match(error.message, /It happened at users\.email, constraint users_email_key\./);
  for (const shown of [error.message, JSON.stringify(error), inspect(error, { depth: 9, showHidden: true }), String(error.stack)]) {
    assert.ok(!shown.includes("secret"), shown);
  }
  assert.equal(serverReport(error)?.detail, "Key (email)=(secret@example.org) already exists.");
  assert.equal(serverReport(error)?.line, 666);
  assert.equal(serverReport(new Error("other")), undefined);
  assert.equal(serverReport(null), undefined);
});

test("messages about data never quote the value, in any language", () => {
  const messages = [
    'invalid input syntax for type integer: "secret"',
    "ungültige Eingabesyntax für Typ integer: »secret«",
    "syntaxe en entrée invalide pour le type integer : « secret »",
    'value "secret" is out of range for type integer',
    'invalid input syntax for type integer: "a"secret"b"',
    'invalid input syntax for type json: "line\nsecret"',
    "неверный синтаксис для типа integer: „secret“",
  ];
  for (const M of messages) assert.ok(!errorOf({ C: "22P02", M }).message.includes("secret"), M);
  assert.match(errorOf({ C: "22P02", M: messages[0]! }).message, /invalid input syntax for type integer/);
});

test("names in other messages stay, since they are what has to be looked for", () => {
  const error = errorOf({ C: "42703", M: 'column "emial" does not exist', P: "8", H: "Perhaps you meant email." });
  assert.match(error.message, /column "emial" does not exist \(undefined column, 42703\)/);
  assert.equal(error.position, 8);
  assert.equal(error.hint, "Perhaps you meant email.");
});

test("a report with missing, odd or hostile fields is still a report", () => {
  const report = serverReportOf(
    new Map([
      ["C", "<b>"],
      ["P", "1e9"],
      ["L", "-1"],
      ["_", "x"],
      ["__proto__", "x"],
    ]),
  );
  assert.deepEqual(report, { severity: "ERROR", sqlState: "XX000", message: "" });
  assert.equal(errorFromReport(report).sqlState, "XX000");
  assert.equal(serverReportOf(new Map([["S", "FATAL"]])).severity, "FATAL");
});

test("what the driver knows goes into the error", () => {
  const error = errorFromReport(serverReportOf(fields({})), { sql: "select 1", mayHaveRun: true });
  assert.equal(error.sql, "select 1");
  assert.equal(error.mayHaveRun, true);
});

test("a condition has the manual's name, or that of its class", () => {
  assert.equal(conditionName("23505"), "unique violation");
  assert.equal(conditionName("23ZZZ"), "integrity constraint violation");
  assert.equal(conditionName("ZZ001"), "unknown condition");
  assert.equal(conditionName("toString"), "unknown condition");
});

test("the place of an error is pointed at in its line, counted in characters", () => {
  assert.equal(pointAt("select emial from users", 8), "1 | select emial from users\n           ^");
  assert.equal(pointAt("select 1,\n\tx from\ny", 12), "2 | \tx from\n    \t^");
  assert.equal(pointAt("select '😀', x", 13), "1 | select '😀', x\n                ^");
  assert.equal(pointAt("ab", 3), "1 | ab\n      ^");
  for (const position of [0, -1, 4, 1.5, NaN]) assert.equal(pointAt("ab", position), null);
});
