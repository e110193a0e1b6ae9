/** Prepared queries, changed documents and pages behind a cursor, as text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dialect } from "../../src/dialect/dialect.ts";
import { postgres } from "../../src/dialect/postgres/postgres.ts";
import { sqlite } from "../../src/dialect/sqlite/sqlite.ts";
import { array, count, from, int, jsonSet, prepare, text } from "../../src/entry/index.ts";
import { Post, Sample } from "../support/models.ts";
import { expectSent, Listener, queryOn } from "../support/query-texts.ts";

const onBoth = <T>(make: (dialect: Dialect) => T): { readonly sqlite: T; readonly postgres: T } => ({
  sqlite: make(sqlite),
  postgres: make(postgres),
});

test("a prepared query is the text of the query, with the values of each call", () => {
  const made = onBoth((dialect) =>
    prepare({ least: int(), ids: array(int()), part: text() }, ({ least, ids, part }) =>
      from(
        queryOn(Post, dialect)
          .filter({ views__gte: least, id__in: ids, title__contains: part })
          .groupBy("authorId")
          .annotate({ posts: count() }),
      ).filter({ posts__gt: least }),
    ).toSQL({ least: 3, ids: [1, 2], part: "50%" }),
  );
  const before = 'WITH "posts_rows" ("authorId", "posts") AS (SELECT "posts"."author_id", count(*) FROM "posts" WHERE';
  const after =
    'AND "posts"."deleted_at" IS NULL GROUP BY "posts"."author_id") SELECT "posts_rows"."authorId" AS "authorId", "posts_rows"."posts" AS "posts" FROM "posts_rows" WHERE "posts_rows"."posts"';
  assert.deepEqual(made, {
    sqlite: {
      sql: `${before} "posts"."views" >= ? AND "posts"."id" IN (SELECT "value" FROM json_each(?)) AND instr("posts"."title", ?) > 0 ${after} > ?`,
      params: [3, "[1,2]", "50%", 3],
    },
    postgres: {
      sql: `${before} "posts"."views" >= $1 AND "posts"."id" = ANY($2::int[]) AND "posts"."title" LIKE $3 ${after} > $4`,
      params: [3, [1, 2], "%50\\%%", 3],
    },
  });
});

test("a document is changed where it lies, with keys and values bound", async () => {
  await expectSent(
    Sample,
    (samples) => samples.filter({ id: 1 }).update({ data: jsonSet({ "a'b": 1, inner: { list: [1, null] } }) as never }),
    {
      sqlite: `UPDATE "samples" SET "data" = json_set(CASE WHEN json_type("data") = 'object' THEN "data" ELSE '{}' END, ?, json(?), ?, json_set(CASE WHEN json_type("data" -> ?) = 'object' THEN "data" -> ? ELSE '{}' END, ?, json(?))) WHERE "id" = ?`,
      postgres: `UPDATE "samples" SET "data" = CASE WHEN jsonb_typeof("data") = 'object' THEN "data" ELSE '{}' END || jsonb_build_object($1::text, $2::jsonb, $3::text, CASE WHEN jsonb_typeof("data" #> $4::text[]) = 'object' THEN "data" #> $4::text[] ELSE '{}' END || jsonb_build_object($5::text, $6::jsonb)) WHERE "id" = $7`,
      params: [`$."a'b"`, "1", `$."inner"`, `$."inner"`, `$."inner"`, `$."list"`, "[1,null]", 1],
    },
  );
});

test("a page goes on behind the values of its cursor", async () => {
  const sent = await Promise.all(
    [sqlite, postgres].map(async (dialect) => {
      // The keys of the order and the row; the second row says that there is another page.
      const row = [7, 3, 3, "a"];
      const listener = new Listener(dialect, [[row, row], []]);
      const query = listener.query(Post).orderBy("-views").only("title");
      const { next } = await query.pageAfter(null, { limit: 1 });
      await query.pageAfter(next, { limit: 1 });
      return listener.asked;
    }),
  );
  const start = 'SELECT "views", "id", "id", "title" FROM "posts" WHERE';
  const end = '"deleted_at" IS NULL ORDER BY "views" DESC, "id" DESC LIMIT';
  assert.deepEqual(sent, [
    [
      { sql: `${start} ${end} ?`, params: [2] },
      { sql: `${start} "views" <= ? AND ("views" < ? OR "views" = ? AND "id" < ?) AND ${end} ?`, params: [7, 7, 7, 3, 2] },
    ],
    [
      { sql: `${start} ${end} $1`, params: [2] },
      { sql: `${start} "views" <= $1 AND ("views" < $1 OR "views" = $1 AND "id" < $2) AND ${end} $3`, params: [7, 3, 2] },
    ],
  ]);
});
