import { test } from "node:test";
import { coalesce, concat, greatest, least, nullIf, sql, value, when } from "../../src/entry/index.ts";
import { Sample, User } from "../support/models.ts";
import { expectQuery } from "../support/query-texts.ts";

test("values that are not there are replaced", () => {
  expectQuery(
    User,
    (users) =>
      users.select((user) => ({
        a: coalesce(user.age, 0),
        b: nullIf(user.name, ""),
        c: concat(user.name, " ", user.email),
        d: greatest(user.age, user.id, 2),
        e: least(user.id, 7),
      })),
    {
      sqlite: `SELECT coalesce("age", ?) AS "a", nullif("name", ?) AS "b", concat("name", ?, "email") AS "c", max(coalesce("age", "id", ?), coalesce("id", ?, "age"), coalesce(?, "age", "id")) AS "d", min("id", ?) AS "e" FROM "users"`,
      postgres: `SELECT coalesce("age", $1::int) AS "a", nullif("name", $2::text) AS "b", concat("name", $3::text, "email") AS "c", greatest("age", "id", $4::int) AS "d", least("id", $5::int) AS "e" FROM "users"`,
      params: [0, "", " ", 2, 2, 2, 7],
    },
  );
});

test("parts of texts", () => {
  expectQuery(
    User,
    (users) =>
      users.select((user) => ({
        a: user.name.trim(),
        b: user.name.substring(2, 3),
        c: user.name.substring(2),
        d: user.name.replace("a", user.email),
      })),
    {
      sqlite: `SELECT trim("name") AS "a", substr("name", ?, ?) AS "b", substr("name", ?) AS "c", replace("name", ?, "email") AS "d" FROM "users"`,
      postgres: `SELECT trim("name") AS "a", substr("name", $1::int, $2::int) AS "b", substr("name", $3::int) AS "c", replace("name", $4::text, "email") AS "d" FROM "users"`,
      params: [2, 3, 2, "a"],
    },
  );
});

test("numbers are rounded and cast, decimals with their digits", () => {
  expectQuery(
    Sample,
    (samples) =>
      samples.select((row) => ({
        a: row.real.round(2),
        b: row.real.floor(),
        c: row.price.ceil(),
        d: row.real.toInt(),
        e: row.price.toText(),
        f: row.whole.toFloat(),
        g: row.price.abs(),
        h: row.whole.round(),
      })),
    {
      sqlite: `SELECT round("real", 2) AS "a", floor("real") AS "b", CASE WHEN ceil(CAST("price" AS REAL)) IS NOT NULL THEN printf('%.0f', round(ceil(CAST("price" AS REAL)), 0) + 0.0) END AS "c", CAST("real" AS INTEGER) AS "d", CAST("price" AS TEXT) AS "e", CAST("whole" AS REAL) AS "f", CASE WHEN abs(CAST("price" AS REAL)) IS NOT NULL THEN printf('%.4f', round(abs(CAST("price" AS REAL)), 4) + 0.0) END AS "g", "whole" AS "h" FROM "samples"`,
      postgres: `SELECT round("real"::numeric, 2)::float8 AS "a", floor("real") AS "b", ceil("price") AS "c", trunc("real")::int AS "d", "price"::text AS "e", "whole"::float8 AS "f", abs("price") AS "g", "whole" AS "h" FROM "samples"`,
      params: [],
    },
  );
});

test("parts of dates and starts of their units, in UTC", () => {
  expectQuery(
    Sample,
    (samples) =>
      samples.select((row) => ({
        a: row.at.hour(),
        b: row.at.second(),
        c: row.at.truncate("week"),
        d: row.day.truncate("month"),
        e: row.at.toDate(),
        f: row.at.truncate("hour"),
      })),
    {
      sqlite: `SELECT CAST(strftime('%H', "at") AS INTEGER) AS "a", CAST(strftime('%S', "at") AS INTEGER) AS "b", strftime('%Y-%m-%d 00:00:00', "at", '-6 days', 'weekday 1') AS "c", strftime('%Y-%m-01', "day") AS "d", date("at") AS "e", strftime('%Y-%m-%d %H:00:00', "at") AS "f" FROM "samples"`,
      postgres: `SELECT extract(hour FROM "at" AT TIME ZONE 'UTC')::int AS "a", floor(extract(second FROM "at" AT TIME ZONE 'UTC'))::int AS "b", (date_trunc('week', "at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') AS "c", date_trunc('month', "day"::timestamp)::date AS "d", ("at" AT TIME ZONE 'UTC')::date AS "e", (date_trunc('hour', "at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') AS "f" FROM "samples"`,
      params: [],
    },
  );
});

test("a value chosen by conditions", () => {
  expectQuery(
    User,
    (users) =>
      users
        .select((user) => ({ a: when(user.age.lt(18), "young").when(user.vip.eq(true), user.name).otherwise(null) }))
        .orderBy((user) => when(user.vip.eq(true), 1).otherwise(user.age).desc()),
    {
      sqlite: `SELECT CASE WHEN "age" < ? THEN ? WHEN "vip" = ? THEN "name" END AS "a" FROM "users" ORDER BY CASE WHEN "vip" = ? THEN ? ELSE "age" END DESC NULLS FIRST`,
      postgres: `SELECT CASE WHEN "age" < $1 THEN $2::text WHEN "vip" = $3 THEN "name" END AS "a" FROM "users" ORDER BY CASE WHEN "vip" = $4 THEN $5::int ELSE "age" END DESC`,
      params: [18, "young", 1, 1, 1],
    },
  );
});

test("a value chosen by conditions in a condition", () => {
  expectQuery(User, (users) => users.where((user) => when(user.vip.eq(true), 1).otherwise(user.age).gt(5)), {
    sqlite: `SELECT * FROM "users" WHERE CASE WHEN "vip" = ? THEN ? ELSE "age" END > ?`,
    postgres: `SELECT * FROM "users" WHERE CASE WHEN "vip" = $1 THEN $2::int ELSE "age" END > $3`,
    params: [1, 1, 5],
  });
});

test("a decimal chosen by conditions is a number while it is computed with", () => {
  expectQuery(Sample, (samples) => samples.select((row) => ({ a: when(row.flag.eq(true), row.price).otherwise("1.00") })), {
    sqlite: `SELECT CASE WHEN CASE WHEN "flag" = ? THEN CAST("price" AS REAL) ELSE CAST(? AS REAL) END IS NOT NULL THEN printf('%.4f', round(CASE WHEN "flag" = ? THEN CAST("price" AS REAL) ELSE CAST(? AS REAL) END, 4) + 0.0) END AS "a" FROM "samples"`,
    postgres: `SELECT CASE WHEN "flag" = $1 THEN "price" ELSE $2::numeric END AS "a" FROM "samples"`,
    params: [1, "1.0000", 1, "1.0000"],
  });
});

test("SQL of one's own and plain values as columns", () => {
  expectQuery(
    User,
    (users) => users.select((user) => ({ a: sql<number>`${user.age} + ${1}`, b: value(1.5), c: value("x"), d: value(true) })),
    {
      sqlite: `SELECT "age" + ? AS "a", CAST(? AS REAL) AS "b", ? AS "c", ? AS "d" FROM "users"`,
      postgres: `SELECT "age" + $1 AS "a", $2::float8 AS "b", $3::text AS "c", $4::boolean AS "d" FROM "users"`,
      params: [1, 1.5, "x", 1],
    },
  );
});
