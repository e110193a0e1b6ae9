/** Models made from live databases, on every database: they compile, and comparing them with where they come from finds nothing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { AnyModel, Engine } from "../../src/entry/index.ts";
import { belongsTo, bool, date, float, int, json, Model, oneOf, sql, text, timestamps, uuid } from "../../src/entry/index.ts";
import { compare, generateModels, introspect } from "../../src/entry/migrate.ts";
import type { GeneratedModels } from "../../src/entry/migrate.ts";
import { compile, scratchFolder, writeAll } from "../scratch.ts";
import { Comment, Post, PostTag, Profile, Tag, User } from "../support/models.ts";
import { petrelFromSource } from "../support/petrel-from-source.ts";
import type { MigrateEngine } from "./migrate-suite.ts";

petrelFromSource();
const music = await import("../../examples/chinook/models/music.ts");
const sales = await import("../../examples/chinook/models/sales.ts");

/** Names and defaults that quoting gets wrong easily. */
class Hostile extends Model(
  'the "hostile" `${table}`; --',
  {
    id: int().primaryKey(),
    quote: text().default("it's \"quoted\" \\ back'slash ${x} `"),
    empty: text().default(""),
    word: text().default("NULL").comment('it\'s a "comment"'),
    negative: int({ min: -10, max: 10 }).default(-7),
    fraction: float().default(-0.5),
    document: json().default({ "it's": ['"', "\\", null, { a: -1 }] }),
    flag: bool().default(true),
    state: oneOf("it's", "b,c", 'd"e', "f\\g").default("it's"),
    day: date().default("2026-02-28"),
    token: uuid().default("0f8fad5b-d9cb-469f-a165-70867728950e"),
    even: int()
      .default(2)
      .check(sql`even % 2 = 0`),
    short: text({ minLength: 1, maxLength: 20 }).default("x"),
    emoji: text().named("🐘 'n\" name\n*/"),
    thenWhat: text().named("then"),
    ...timestamps,
  },
  {
    comment: 'a "table" of it\'s own 🐘 */',
    indexes: [
      ["state", "day"],
      { columns: ["quote", "-day"], name: "hostile 'idx\"" },
      { columns: ["quote"], unique: true, where: sql`word <> '\`'`, name: "hostile_live" },
      { columns: [sql`lower(quote)`, "word"], name: "hostile_lower" },
    ],
    checks: { inRange: sql`negative < even AND quote <> 'never; DROP TABLE x'` },
  },
) {}

class Team extends Model("teams", {
  id: int().primaryKey(),
  code: text().unique(),
  leadId: int().nullable(),
  lead: () => belongsTo(Person, "leadId", { deferrable: "initially deferred" }),
}) {}
class Person extends Model("people", {
  id: int().primaryKey(),
  teamId: int(),
  formerTeamId: int().nullable(),
  badge: text().references("teams.code", { onUpdate: "cascade" }),
  team: () => belongsTo(Team, "teamId", { onDelete: "cascade" }),
  formerTeam: () => belongsTo(Team, "formerTeamId", { onDelete: "set null" }),
}) {}

class Line extends Model(
  "order_lines",
  { orderId: int(), no: int(), code: text(), part: text() },
  { primaryKey: ["orderId", "no"], unique: [["code", "part"]] },
) {}
class Remark extends Model("remarks", {
  id: int().primaryKey(),
  orderId: int().nullable(),
  lineNo: int().nullable(),
  part: text(),
  code: text(),
  line: () => belongsTo(Line, ["orderId", "lineNo"], { onDelete: "set null" }),
  other: () => belongsTo(Line, ["part", "code"], { references: ["part", "code"], onUpdate: "cascade" }),
}) {}

const load = async (folder: string, file: string, { text: source }: GeneratedModels): Promise<Record<string, AnyModel>> => {
  writeAll(folder, { [file]: source });
  return (await import(pathToFileURL(join(folder, file)).href)) as Record<string, AnyModel>;
};

export const generateModelsSuite = ({ name, open }: MigrateEngine): void => {
  const folder = scratchFolder(`generated-${name}`);
  const groups: readonly (readonly [string, string, readonly AnyModel[]])[] = [
    ["the blog", "blog.ts", [User, Profile, Post, Tag, PostTag, Comment]],
    ["Chinook", "chinook.ts", [...Object.values(music), ...Object.values(sales)]],
    ["hostile names and defaults", "hostile.ts", [Hostile]],
    ["keys in a circle, two to one table, one to a unique column", "circle.ts", [Team, Person]],
    ["keys of several columns", "several.ts", [Line, Remark]],
  ];
  for (const [what, file, models] of groups) {
    test(`${name}: ${what}: models made from the database ask for what is there, and nothing is remarked`, async () => {
      await using engine = await open();
      await create(engine, models);
      const made = generateModels(await introspect(engine));
      const found = await load(folder, file, made);
      assert.deepEqual(
        [made.remarks, made.models],
        [[], Object.keys(found).toSorted((a, b) => made.models.indexOf(a) - made.models.indexOf(b))],
      );
      const plan = await compare(engine, Object.values(found));
      assert.deepEqual([plan.changes, plan.questions], [[], []]);
    });
  }

  test(`${name}: models made from databases compile`, () => {
    const options = { extends: "../../tsconfig.json", include: ["*.ts"], exclude: [] };
    writeAll(folder, { "tsconfig.json": JSON.stringify(options) });
    assert.equal(compile("typescript", join(folder, "tsconfig.json")).output, "");
  });
};

const create = async (engine: Engine, models: readonly AnyModel[]): Promise<void> => {
  const { render, runStatements } = await import("../../src/entry/migrate.ts");
  const plan = await compare(engine, models);
  await runStatements(engine, render(plan.changes, engine.dialect.name));
};
