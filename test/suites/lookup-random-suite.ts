/**
 * Random conditions on random rows, answered by a database and by a naive reading of the rules in JavaScript: the two must agree on every row.
 * Only "matches" and "does not match" can be told apart: negation counts unknown as not matching.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { belongsTo, bool, float, hasMany, int, json, Model, Q, text, type Engine, type Query } from "../../src/entry/index.ts";
import { Random } from "../support/random.ts";

class Shelf extends Model("shelves", {
  id: int().primaryKey(),
  name: text().nullable(),
  rank: int().nullable(),

  things: () => hasMany(Thing, "shelfId"),
}) {}

class Thing extends Model("things", {
  id: int().primaryKey(),
  size: int().nullable(),
  weight: float().nullable(),
  label: text().nullable(),
  flag: bool().nullable(),
  data: json<unknown>().nullable(),
  shelfId: int().nullable(),

  shelf: () => belongsTo(Shelf, "shelfId"),
}) {}

type Row = Readonly<Record<string, unknown>>;
type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

const texts = ["", "a", "A", "ab", "Ab", "b%", "b_", "é", "É", "aé", "ß", "日本", "a'b", 'a"b', "a\\b", "*", "[a]", "?"];

export interface RandomLookups {
  readonly name: string;
  readonly open: () => Promise<Engine>;
  /** Whether the database folds the case of letters beyond ASCII: PostgreSQL does as its locale says, and that of the tests is C. */
  readonly foldsAll: boolean;
}

export const lookupRandomSuite = (database: RandomLookups): void =>
  void describe(`random lookups: ${database.name}`, () => suite(database));

const suite = ({ open, foldsAll }: RandomLookups): void => {
  const words = foldsAll ? texts : texts.filter((text) => !/[Éß]/.test(text));
  const random = new Random(20260207);

  const numbers = [-2, -1, 0, 1, 2, 3];
  const orNull = <T>(make: () => T): T | null => (random.chance(0.2) ? null : make());

  const jsonLeaf = (): Json => random.of<Json>([null, true, false, 0, 1, 2.5, "", "a", "ab", "1", "true", ["a", 1], [], { k: 1 }]);
  const jsonDocument = (): Json => {
    if (random.chance(0.1)) return jsonLeaf();
    const document: Record<string, Json> = {};
    for (const key of ["n", "o", "list", "a.b", "it's"]) if (random.chance(0.6)) document[key] = jsonLeaf();
    if (random.chance(0.5)) document["o"] = { k: jsonLeaf(), "1": jsonLeaf() };
    return document;
  };

  const shelves = Array.from({ length: 8 }, (_, index) => ({
    id: index + 1,
    name: orNull(() => random.of(words)),
    rank: orNull(() => random.of(numbers)),
  }));
  const things = Array.from({ length: 120 }, (_, index) => ({
    id: index + 1,
    size: orNull(() => random.of(numbers)),
    weight: orNull(() => random.of([...numbers, 0.5, 1.25])),
    label: orNull(() => random.of(words)),
    flag: orNull(() => random.chance(0.5)),
    data: orNull(jsonDocument),
    shelfId: orNull(() => 1 + random.below(8)),
  }));

  // ------------------------------------------------------------ the rules, read naively

  const compared = (a: unknown, b: unknown): number =>
    typeof a === "string" ? Buffer.compare(Buffer.from(a), Buffer.from(b as string)) : Number(a) - Number(b);
  const isKnown = (value: unknown): boolean => value !== null && value !== undefined;

  const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const likeToRegExp = (pattern: string, flags: string): RegExp => {
    const source = [...pattern.matchAll(/\\([^])|[^]/gu)].map(([whole, escaped]) => {
      if (escaped !== undefined) return literally(escaped);
      return whole === "%" ? "[^]*" : whole === "_" ? "[^]" : literally(whole);
    });
    return new RegExp(`^${source.join("")}$`, flags);
  };
  const folded = (value: string): string => value.toLowerCase();

  type Rule = (value: unknown, given: never) => boolean;
  const known =
    (test: (value: never, given: never) => boolean): Rule =>
    (value, given) =>
      isKnown(value) && test(value as never, given);
  const same = (value: unknown, given: unknown): boolean => (given === null ? !isKnown(value) : isKnown(value) && value === given);

  const rules: Readonly<Record<string, Rule>> = {
    exact: same,
    ne: (value, given) => (given === null ? isKnown(value) : isKnown(value) && value !== given),
    isNull: (value, given: boolean) => isKnown(value) !== given,
    gt: known((value, given) => compared(value, given) > 0),
    gte: known((value, given) => compared(value, given) >= 0),
    lt: known((value, given) => compared(value, given) < 0),
    lte: known((value, given) => compared(value, given) <= 0),
    range: known((value, [low, high]: readonly unknown[]) => compared(value, low) >= 0 && compared(value, high) <= 0),
    in: known((value, given: readonly unknown[]) => given.includes(value)),
    notIn: (value, given: readonly unknown[]) => given.length === 0 || (isKnown(value) && !given.includes(value)),
    iexact: known((value: string, given: string) => folded(value) === folded(given)),
    contains: known((value: string, given: string) => value.includes(given)),
    icontains: known((value: string, given: string) => folded(value).includes(folded(given))),
    startsWith: known((value: string, given: string) => value.startsWith(given)),
    istartsWith: known((value: string, given: string) => folded(value).startsWith(folded(given))),
    endsWith: known((value: string, given: string) => value.endsWith(given)),
    iendsWith: known((value: string, given: string) => folded(value).endsWith(folded(given))),
    like: known((value: string, given: string) => likeToRegExp(given, "u").test(value)),
    ilike: known((value: string, given: string) => likeToRegExp(folded(given), "u").test(folded(value))),
  };

  const at = (document: Json | undefined, path: readonly string[]): Json | undefined => {
    let value = document;
    for (const key of path) {
      if (Array.isArray(value)) value = /^\d+$/.test(key) ? (value as Json[])[Number(key)] : undefined;
      else if (typeof value === "object" && value !== null)
        value = Object.hasOwn(value, key) ? (value as Record<string, Json>)[key] : undefined;
      else return undefined;
    }
    return value;
  };
  /** PostgreSQL's `@>`: parts of objects and arrays; an array contains a bare scalar, at the top only. */
  const holds = (value: Json, part: Json, isTop = true): boolean => {
    if (Array.isArray(part)) return Array.isArray(value) && part.every((wanted) => value.some((element) => holds(element, wanted, false)));
    if (Array.isArray(value)) return isTop && (typeof part !== "object" || part === null) && value.some((element) => element === part);
    if (typeof part !== "object" || part === null) return value === part;
    if (typeof value !== "object" || value === null) return false;
    return Object.entries(part).every(
      ([key, wanted]) => Object.hasOwn(value, key) && holds((value as Record<string, Json>)[key]!, wanted, false),
    );
  };
  const equalJson = (a: Json, b: Json): boolean => {
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
    const [left, right] = [Object.entries(a), Object.entries(b)];
    if (Array.isArray(a) !== Array.isArray(b) || left.length !== right.length) return false;
    return left.every(([key, value]) => Object.hasOwn(b, key) && equalJson(value as Json, (b as Record<string, Json>)[key]!));
  };

  /** Values of another JSON type never match. */
  const jsonRule = (value: Json | undefined, operator: string, given: unknown): boolean => {
    const missing = value === undefined || value === null;
    if (operator === "isNull") return missing === given;
    if (given === null) return operator === "exact" ? missing : !missing;
    if (operator === "hasKey")
      return typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, given as string);
    if (operator === "contains") {
      if (value === undefined) return false;
      return (typeof given === "string" && typeof value === "string" && value.includes(given)) || holds(value, given as Json);
    }
    if (typeof given === "object" && !Array.isArray(given)) {
      if (value === undefined) return false;
      return equalJson(value, given as Json) === (operator === "exact");
    }
    const sample: unknown = Array.isArray(given) ? given[0] : given;
    const isText = typeof sample === "undefined" || typeof sample === "string";
    if (operator === "notIn" && Array.isArray(given) && given.length === 0) return true;
    if (missing || typeof value !== (isText ? "string" : typeof sample)) return false;
    return rules[operator]!(value, given as never);
  };

  // ------------------------------------------------------------ random questions

  interface Question {
    readonly key: string;
    readonly given: unknown;
    readonly matches: (row: Row) => boolean;
  }

  const scalar = (kind: "number" | "text" | "flag"): unknown =>
    kind === "number" ? random.of(numbers) : kind === "text" ? random.of(words) : random.chance(0.5);

  const columnQuestion = (columns: Readonly<Record<string, "number" | "text" | "flag">>): Question => {
    const column = random.of(Object.keys(columns));
    const kind = columns[column]!;
    const common = ["exact", "exact", "ne", "isNull"];
    const ordered = ["gt", "gte", "lt", "lte", "range", "in", "notIn"];
    const textual = ["iexact", "contains", "icontains", "startsWith", "istartsWith", "endsWith", "iendsWith", "like", "ilike"];
    const operator = random.of([...common, ...(kind === "flag" ? [] : ordered), ...(kind === "text" ? textual : [])]);
    const given =
      operator === "isNull"
        ? random.chance(0.5)
        : operator === "range"
          ? [scalar(kind), scalar(kind)]
          : operator.toLowerCase().endsWith("in") && ["in", "notIn"].includes(operator)
            ? random.many(random.below(4), () => scalar(kind))
            : ["exact", "ne"].includes(operator) && random.chance(0.2)
              ? null
              : scalar(kind);
    const key = operator === "exact" && random.chance(0.8) ? column : `${column}__${operator}`;
    return { key, given, matches: (row) => rules[operator]!(row[column], given as never) };
  };

  const jsonQuestion = (): Question => {
    const path = random.of([["n"], ["o"], ["list"], ["o", "k"], ["o", "1"], ["list", "0"], ["a.b"], ["it's"], ["missing"], []]);
    const operator = random.of([
      "exact",
      "exact",
      "ne",
      "isNull",
      "gt",
      "lte",
      "in",
      "notIn",
      "contains",
      "icontains",
      "startsWith",
      "hasKey",
    ]);
    const givens: Readonly<Record<string, () => unknown>> = {
      exact: () => random.of([null, true, 0, 1, 2.5, "a", "1", { k: 1 }]),
      ne: () => random.of([null, false, 1, "a", { k: 1 }]),
      isNull: () => random.chance(0.5),
      gt: () => random.of([0, 1, "a", ""]),
      lte: () => random.of([1, 2, "ab"]),
      in: () => random.of([[], [1, 2.5], ["a", "1"], [true]]),
      notIn: () => random.of([[], [1], ["a"]]),
      contains: () => random.of(["a", "b", 1, ["a"], [], { k: 1 }, true]),
      icontains: () => random.of(["A", "é"]),
      startsWith: () => random.of(["a", ""]),
      hasKey: () => random.of(["k", "n", "a.b", "it's"]),
    };
    const given = givens[operator]!();
    const key = ["data", ...path, ...(operator === "exact" ? [] : [operator])].join("__");
    return { key, given, matches: (row) => jsonRule(at(row["data"] as Json, path), operator, given) };
  };

  const thingColumns = { id: "number", size: "number", weight: "number", label: "text", flag: "flag" } as const;
  const shelfColumns = { id: "number", name: "text", rank: "number" } as const;
  const shelfOf = (thing: Row): Row => shelves.find((shelf) => shelf.id === thing["shelfId"]) ?? {};
  const thingsOn = (shelf: Row): readonly Row[] => things.filter((thing) => thing.shelfId === shelf["id"]);

  const thingQuestion = (): Question => {
    const kind = random.next();
    if (kind < 0.45) return columnQuestion(thingColumns);
    if (kind < 0.75) return jsonQuestion();
    const inner = columnQuestion(shelfColumns);
    return { key: `shelf__${inner.key}`, given: inner.given, matches: (row) => inner.matches(shelfOf(row)) };
  };

  /** What one call is given: lookups, and whether a row matches them all. */
  interface Asked {
    readonly given: object;
    readonly matches: (row: Row) => boolean;
  }

  const objectOf = (questions: readonly Question[]): object => Object.fromEntries(questions.map(({ key, given }) => [key, given]));
  /** Of two lookups with one key the later counts, as in any object. */
  const distinctly = (questions: readonly Question[]): Question[] => [
    ...new Map(questions.map((question) => [question.key, question])).values(),
  ];

  const thingLookups = (): Asked => {
    const questions = distinctly(random.many(1 + random.below(3), thingQuestion));
    return { given: objectOf(questions), matches: (row) => questions.every((question) => question.matches(row)) };
  };

  /** Shelves by their own columns, and by one thing that is all that is asked of things. */
  const shelfLookups = (): Asked => {
    const own = distinctly(random.many(random.below(2), () => columnQuestion(shelfColumns)));
    const inner = distinctly(random.many(random.below(3), thingQuestion));
    const through = inner.map((question) => ({ ...question, key: `things__${question.key}` }));
    const matchesInner = (thing: Row): boolean => inner.every((question) => question.matches(thing));
    return {
      given: objectOf([...own, ...through]),
      matches: (row) => own.every((question) => question.matches(row)) && (inner.length === 0 || thingsOn(row).some(matchesInner)),
    };
  };

  const isEmpty = (given: object): boolean => Object.keys(given).length === 0;

  /** A tree of lookups joined with or, and, not. */
  const combined = (lookups: () => Asked, depth: number): Asked => {
    if (depth === 0 || random.chance(0.3)) {
      const leaf = lookups();
      return isEmpty(leaf.given) ? combined(lookups, depth) : { given: Q(leaf.given), matches: leaf.matches };
    }
    const left = combined(lookups, depth - 1);
    const built = left.given as { or(other: object): object; and(other: object): object; not(): object };
    const choice = random.below(3);
    if (choice === 0) return { given: built.not(), matches: (row) => !left.matches(row) };
    const right = combined(lookups, depth - 1);
    if (choice === 1) return { given: built.or(right.given), matches: (row) => left.matches(row) || right.matches(row) };
    return { given: built.and(right.given), matches: (row) => left.matches(row) && right.matches(row) };
  };

  // ------------------------------------------------------------ the comparison

  let engine: Engine;
  before(async () => {
    engine = await open();
    await engine.createAll([Shelf, Thing]);
    await engine.session().insertAll(Shelf, shelves);
    await engine.session().insertAll(Thing, things);
  });
  after(() => engine.close());

  /** Lookups made at random have no types to check. */
  interface Loose {
    filter(given: object): Loose;
    exclude(given: object): Loose;
    orderBy(...keys: string[]): Loose;
    limit(count: number): Loose;
    offset(count: number): Loose;
    column(name: string): Promise<number[]>;
    count(): Promise<number>;
    exists(): Promise<boolean>;
    toSQL(): { readonly sql: string; readonly params: readonly unknown[] };
  }
  const loose = (query: Query<Thing, Thing> | Query<Shelf, Shelf>): Loose => query as unknown as Loose;

  const compareAll = async (query: () => Loose, rows: readonly Row[], lookups: () => Asked): Promise<void> => {
    for (let round = 0; round < 400; round++) {
      const calls = random.many(1 + random.below(2), () => {
        const negated = random.chance(0.3);
        const asked = random.chance(0.5) ? lookups() : combined(lookups, 3);
        // No lookups are no condition, whether they are asked for or excluded. (A `Q` keeps what it holds to itself.)
        const isNothing = !("or" in asked.given) && isEmpty(asked.given);
        return { negated, given: asked.given, matches: isNothing ? () => !negated : asked.matches };
      });
      let asked = query();
      for (const call of calls) asked = call.negated ? asked.exclude(call.given) : asked.filter(call.given);
      const expected = rows.filter((row) => calls.every((call) => call.matches(row) !== call.negated)).map((row) => row["id"]);
      const { sql, params } = asked.toSQL();
      const found = await asked.orderBy("id").column("id");
      assert.deepEqual(found, expected, `round ${round}: ${sql} with ${JSON.stringify(params)}`);
      assert.equal(await asked.count(), expected.length);
      assert.equal(await asked.exists(), expected.length > 0);
    }
  };

  test("random conditions on columns, documents and a to-one relation", () =>
    compareAll(() => loose(engine.query(Thing)), things, thingLookups));

  test("random conditions through a to-many relation", () => compareAll(() => loose(engine.query(Shelf)), shelves, shelfLookups));

  test("random orders, with NULL last upwards and first downwards, cut anywhere", async () => {
    for (let round = 0; round < 100; round++) {
      const keys = [random.of(["size", "weight", "label", "flag", "shelf.rank", "shelf.name"]), "id"].map((key) =>
        random.chance(0.5) ? `-${key}` : key,
      );
      const [limit, offset] = [random.below(20), random.below(100)];
      const valueAt = (row: Row, key: string): unknown => (key.startsWith("shelf.") ? shelfOf(row)[key.slice(6)] : row[key]);
      const expected = things.toSorted((a, b) => {
        for (const key of keys) {
          const [name, sign] = key.startsWith("-") ? [key.slice(1), -1] : [key, 1];
          const [left, right] = [valueAt(a, name), valueAt(b, name)];
          const order = isKnown(left) && isKnown(right) ? compared(left, right) : Number(!isKnown(left)) - Number(!isKnown(right));
          if (order !== 0) return order * sign;
        }
        return 0;
      });
      const found = await loose(engine.query(Thing))
        .orderBy(...keys)
        .offset(offset)
        .limit(limit)
        .column("id");
      assert.deepEqual(
        found,
        expected.slice(offset, offset + limit).map((row) => row.id),
        keys.join(),
      );
    }
  });
};
