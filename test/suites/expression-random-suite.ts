/**
 * Random expressions on random rows, computed by a database and by a naive reading of the rules in JavaScript: they agree on every row.
 * `null` is NULL, and among conditions "unknown".
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { coalesce, concat, type Engine, greatest, int, least, Model, nullIf, text, when } from "../../src/entry/index.ts";
import { Random } from "../support/random.ts";

class Thing extends Model("things", {
  id: int().primaryKey(),
  a: int().nullable(),
  b: int(),
  s: text().nullable(),
  t: text(),
}) {}

interface Row {
  readonly id: number;
  readonly a: number | null;
  readonly b: number;
  readonly s: string | null;
  readonly t: string;
}

/** Expressions made at random have no types to check. */
interface Loose {
  plus(other: unknown): Loose;
  minus(other: unknown): Loose;
  times(other: unknown): Loose;
  abs(): Loose;
  length(): Loose;
  lower(): Loose;
  upper(): Loose;
  trim(): Loose;
  substring(start: number, length?: number): Loose;
  replace(search: string, by: string): Loose;
  eq(other: unknown): Loose;
  ne(other: unknown): Loose;
  gt(other: unknown): Loose;
  lte(other: unknown): Loose;
  between(low: unknown, high: unknown): Loose;
  in(list: readonly unknown[]): Loose;
  notIn(list: readonly unknown[]): Loose;
  isNull(): Loose;
  isNotNull(): Loose;
  and(other: Loose): Loose;
  or(other: Loose): Loose;
  not(): Loose;
}
type Call = (...values: readonly unknown[]) => Loose;
const loose = { coalesce, concat, greatest, least, nullIf } as unknown as Readonly<
  Record<"coalesce" | "concat" | "greatest" | "least" | "nullIf", Call>
>;
interface LooseCase {
  when(condition: Loose, value: unknown): LooseCase;
  otherwise(value: unknown): Loose;
}
const looseWhen = when as unknown as (condition: Loose, value: unknown) => LooseCase;

/** An expression, and what it is for a row. */
interface Tree<T> {
  readonly build: (row: Readonly<Record<string, Loose>>) => Loose;
  readonly value: (row: Row) => T | null;
}

const random = new Random(20261121);
const words = ["", " ", "a", "A", "ab", " b ", "b%", "a_b", "é", "日本", "a'b", 'a"b', "a\\b", "$1", "?"];
const numbers = [-3, -1, 0, 1, 2, 3];
const orNull = <T>(make: () => T): T | null => (random.chance(0.25) ? null : make());
const rows: readonly Row[] = Array.from({ length: 40 }, (_, index) => ({
  id: index + 1,
  a: orNull(() => random.of(numbers)),
  b: random.of(numbers),
  s: orNull(() => random.of(words)),
  t: random.of(words),
}));

const unlessNull = <A, T>(a: A | null, then: (a: A) => T | null): T | null => (a === null ? null : then(a));
const both =
  <T>(a: Tree<number>, b: Tree<number>, then: (a: number, b: number) => T): ((row: Row) => T | null) =>
  (row) =>
    unlessNull(a.value(row), (left) => unlessNull(b.value(row), (right) => then(left, right)));

const column = <T>(name: keyof Row): Tree<T> => ({ build: (row) => row[name]!, value: (row) => row[name] as T | null });
/** A plain value where another operand says what it is. */
const constant = <T>(value: T): Tree<T> => ({ build: () => value as unknown as Loose, value: () => value });
const orConstant = <T>(tree: Tree<T>, constants: readonly T[]): Tree<T> => (random.chance(0.3) ? constant(random.of(constants)) : tree);

/** What any kind of expression may be made of. */
const chosen = <T>(depth: number, make: (depth: number) => Tree<T>, constants: readonly T[]): Tree<T> => {
  const [first, second] = [make(depth - 1), orConstant(make(depth - 1), constants)];
  switch (random.below(3)) {
    case 0:
      return { build: (row) => loose.coalesce(first.build(row), second.build(row)), value: (row) => first.value(row) ?? second.value(row) };
    case 1:
      return {
        build: (row) => loose.nullIf(first.build(row), second.build(row)),
        value: (row) => (first.value(row) === second.value(row) ? null : first.value(row)),
      };
    default: {
      const [test, other, last] = [condition(depth - 1), condition(depth - 1), random.chance(0.3) ? null : make(depth - 1)];
      return {
        build: (row) =>
          looseWhen(test.build(row), first.build(row))
            .when(other.build(row), second.build(row))
            .otherwise(last === null ? null : last.build(row)),
        value: (row) =>
          test.value(row) === true ? first.value(row) : other.value(row) === true ? second.value(row) : (last?.value(row) ?? null),
      };
    }
  }
};

const number = (depth: number): Tree<number> => {
  if (depth <= 0) return random.of([column<number>("a"), column<number>("b"), column<number>("id")]);
  const choice = random.below(8);
  if (choice >= 6) return chosen(depth, number, numbers);
  const [left, right] = [number(depth - 1), orConstant(number(depth - 1), numbers)];
  switch (choice) {
    case 0:
      return { build: (row) => left.build(row).plus(right.build(row)), value: both(left, right, (a, b) => a + b) };
    case 1:
      return { build: (row) => left.build(row).minus(right.build(row)), value: both(left, right, (a, b) => a - b) };
    case 2: {
      const by = random.of([-1, 0, 2]);
      return { build: (row) => left.build(row).times(by), value: (row) => unlessNull(left.value(row), (a) => a * by) };
    }
    case 3:
      return { build: (row) => left.build(row).abs(), value: (row) => unlessNull(left.value(row), Math.abs) };
    case 4: {
      const of = phrase(depth - 1);
      return { build: (row) => of.build(row).length(), value: (row) => unlessNull(of.value(row), (value) => [...value].length) };
    }
    default: {
      const most = random.chance(0.5);
      return {
        build: (row) => (most ? loose.greatest : loose.least)(left.build(row), right.build(row), 1),
        value: (row) => {
          const known = [left.value(row), right.value(row), 1].filter((value) => value !== null);
          return most ? Math.max(...known) : Math.min(...known);
        },
      };
    }
  }
};

const phrase = (depth: number): Tree<string> => {
  if (depth <= 0) return random.of([column<string>("s"), column<string>("t")]);
  const of = phrase(depth - 1);
  const each = (build: (value: Loose) => Loose, value: (value: string) => string): Tree<string> => ({
    build: (row) => build(of.build(row)),
    value: (row) => unlessNull(of.value(row), value),
  });
  switch (random.below(8)) {
    case 0:
      return each(
        (value) => value.lower(),
        (value) => value.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
      );
    case 1:
      return each(
        (value) => value.trim(),
        (value) => value.replace(/^ +| +$/g, ""),
      );
    case 2: {
      const [start, length] = [1 + random.below(3), random.below(3)];
      return each(
        (value) => value.substring(start, length),
        (value) => [...value].slice(start - 1, start - 1 + length).join(""),
      );
    }
    case 3: {
      const [search, by] = [random.of(["a", "b%", "'", "日"]), random.of(words)];
      return each(
        (value) => value.replace(search, by),
        (value) => value.split(search).join(by),
      );
    }
    case 4:
    case 5: {
      const right = orConstant(phrase(depth - 1), words);
      return {
        build: (row) => loose.concat(of.build(row), right.build(row)),
        value: (row) => (of.value(row) ?? "") + (right.value(row) ?? ""),
      };
    }
    default:
      return chosen(depth, phrase, words);
  }
};

const condition = (depth: number): Tree<boolean> => {
  const choice = depth <= 0 ? random.below(5) : random.below(9);
  if (choice >= 5 && choice < 8) {
    const [left, right] = [condition(depth - 1), condition(depth - 1)];
    const isAnd = choice < 7;
    return {
      build: (row) => (isAnd ? left.build(row).and(right.build(row)) : left.build(row).or(right.build(row))),
      value: (row) => {
        const values = [left.value(row), right.value(row)];
        return values.includes(!isAnd) ? !isAnd : values.includes(null) ? null : isAnd;
      },
    };
  }
  if (choice === 8) {
    const operand = condition(depth - 1);
    return { build: (row) => operand.build(row).not(), value: (row) => unlessNull(operand.value(row), (value) => !value) };
  }
  const [left, right] = [number(depth - 1), orConstant(number(depth - 1), numbers)];
  switch (choice) {
    case 0:
      return { build: (row) => left.build(row).gt(right.build(row)), value: both(left, right, (a, b) => a > b) };
    case 1:
      return { build: (row) => left.build(row).lte(right.build(row)), value: both(left, right, (a, b) => a <= b) };
    case 2: {
      const [first, second] = [phrase(depth - 1), orConstant(phrase(depth - 1), words)];
      const equal = random.chance(0.5);
      return {
        build: (row) => (equal ? first.build(row).eq(second.build(row)) : first.build(row).ne(second.build(row))),
        value: (row) => unlessNull(first.value(row), (a) => unlessNull(second.value(row), (b) => (a === b) === equal)),
      };
    }
    case 3: {
      const list = random.many(random.below(4), () => random.of(numbers));
      return {
        build: (row) => left.build(row).in(list),
        value: (row) => (list.length === 0 ? false : unlessNull(left.value(row), (a) => list.includes(a))),
      };
    }
    default:
      return random.chance(0.5)
        ? { build: (row) => left.build(row).isNull(), value: (row) => left.value(row) === null }
        : {
            build: (row) => left.build(row).between(-1, 2),
            value: (row) => unlessNull(left.value(row), (a) => a >= -1 && a <= 2),
          };
  }
};

export const expressionRandomSuite = ({ name, open }: { readonly name: string; readonly open: () => Promise<Engine> }): void =>
  void describe(`random expressions: ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await open();
      await engine.createAll([Thing]);
      await engine.session().insertAll(Thing, rows);
    });
    after(() => engine.close());

    const of = (tree: Tree<unknown>) => (row: unknown) => tree.build(row as Readonly<Record<string, Loose>>) as never;

    test("are computed as the rules say, as columns and as conditions", async () => {
      for (let round = 0; round < 300; round++) {
        const depth = 1 + random.below(3);
        const [counted, worded, tested] = [number(depth), phrase(depth), condition(depth)];
        const query = engine
          .query(Thing)
          .orderBy("id")
          .select((row) => ({ counted: of(counted)(row), worded: of(worded)(row), tested: of(tested)(row) }));
        const { sql, params } = query.toSQL();
        const expected = rows.map((row) => ({ counted: counted.value(row), worded: worded.value(row), tested: tested.value(row) }));
        const said = `round ${round}: ${sql} with ${JSON.stringify(params)}`;
        // -0 is 0: whole numbers have one zero.
        assert.deepEqual(
          await query.all(),
          expected.map((row) => ({ ...row, counted: row.counted === null ? null : row.counted + 0 })),
          said,
        );
        const kept = rows.filter((row) => tested.value(row) === true).map((row) => row.id);
        assert.deepEqual(await engine.query(Thing).where(of(tested)).orderBy("id").column("id"), kept, said);
        const unlike = rows.filter((row) => tested.value(row) === false).map((row) => row.id);
        assert.deepEqual(
          await engine
            .query(Thing)
            .where((row) => tested.build(row as never).not() as never)
            .orderBy("id")
            .column("id"),
          unlike,
          said,
        );
      }
    });
  });
