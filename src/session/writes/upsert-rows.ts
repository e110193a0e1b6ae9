/**
 * Upserting many rows: one statement for all that give and overwrite the same columns, where the database takes a list per column, else one for each.
 *
 *     INSERT INTO "users" ("email", "name") SELECT … FROM unnest($1::text[], $2::text[]) AS "given" ("1", "2")
 *     ON CONFLICT ("email") DO UPDATE SET "name" = excluded."name" RETURNING …
 *
 * A statement writes no row twice, so rows with one key go in rounds: the first of each key, then the second of each, and so on.
 */
import { QueryBuilder } from "../../query/query-builder.ts";
import type { Runner } from "../../engine/run.ts";
import { keyOf } from "../tracking/identity-map.ts";
import type { Key } from "../tracking/identity-map.ts";
import type { PreparedRow, Row } from "./prepared-row.ts";
import { rowOf, upsertFormOf, upsertRow } from "./upsert-row.ts";
import type { UpsertForm, UpsertPlan } from "./upsert-row.ts";
import { writeBatch } from "./write-batch.ts";
import { runWrite } from "./write-plan.ts";

/** A row, its place among those given, and what it is found by; `null` where it can stand in nobody's way. */
interface Item {
  readonly index: number;
  readonly row: PreparedRow;
  readonly key: Key | null;
  readonly form: UpsertForm;
}

/** Rows that one statement writes. */
type Group = readonly [Item, ...Item[]];

const keyOfRow = ({ form, values }: PreparedRow, { target }: UpsertPlan): Key | null =>
  keyOf(
    target,
    target.map((column) => values[form.given.indexOf(column)]),
  );

/** The rounds, each as its groups. */
const roundsOf = (runner: Runner, rows: readonly PreparedRow[], plan: UpsertPlan): readonly (readonly Group[])[] => {
  const seen = new Map<Key, number>();
  const rounds: Map<unknown, [Item, ...Item[]]>[] = [];
  rows.forEach((row, index) => {
    const item: Item = { index, row, key: keyOfRow(row, plan), form: upsertFormOf(row, plan) };
    const round = item.key === null ? 0 : (seen.get(item.key) ?? 0);
    if (item.key !== null) seen.set(item.key, round + 1);
    const groups = (rounds[round] ??= new Map());
    const together = runner.dialect.takesColumns && item.key !== null ? item.form.key : item;
    const known = groups.get(together);
    if (known === undefined) groups.set(together, [item]);
    else known.push(item);
  });
  return rounds.map((groups) => [...groups.values()]);
};

/** What the database returned for all rows of a group that it wrote, in their order. */
const write = async (runner: Runner, group: Group, { signal }: UpsertPlan): Promise<readonly Readonly<Row>[]> => {
  const [{ row, form }] = group;
  const { root } = row;
  const lists = row.values.map((_, column) => group.map((item) => item.row.values[column]));
  const written = await runWrite(runner, root, `many ${form.key}`, () => form.makePlan("column"), [...lists, ...form.renewal()], signal);
  return written.rows.map((returned) => rowOf(root.table, returned));
};

/** The rows in the way of those that were not written, asked for together where one column says which. */
const inTheWay = async (runner: Runner, missing: readonly Item[], { target, signal }: UpsertPlan): Promise<readonly Row[]> => {
  const [{ row }] = missing as Group;
  const [column] = target;
  if (target.length > 1 || column === undefined) return [];
  const keys = missing.map((item) => item.row.values[item.row.form.given.indexOf(column)]);
  const query = QueryBuilder.about(row.root, runner).filter({ [`${column.property}__in`]: keys });
  const { softDelete } = row.root.table;
  // Of several with one key, the one that is not marked as deleted comes last, and stays.
  const all = softDelete === null ? query : query.withDeleted().orderBy(softDelete.property);
  return (await all.all(signal === undefined ? {} : { signal })) as Row[];
};

/** Returns what each row holds afterwards, by the row's place. */
const upsertGroup = async (runner: Runner, group: Group, plan: UpsertPlan, found: Readonly<Row>[]): Promise<void> => {
  if (group.length === 1) {
    found[group[0].index] = await upsertRow(runner, group[0].row, plan);
    return;
  }
  const written = await write(runner, group, plan);
  if (written.length === group.length) {
    group.forEach(({ index }, place) => (found[index] = written[place]!));
    return;
  }
  // What was in the way was left as it is, and is not returned: rows are told apart by their keys.
  const byKey = new Map<Key | null, Readonly<Row>>();
  const know = (rows: readonly Readonly<Row>[]): void => {
    for (const row of rows) {
      byKey.set(
        keyOf(
          plan.target,
          plan.target.map(({ property }) => row[property]),
        ),
        row,
      );
    }
  };
  know(written);
  const missing = group.filter(({ key }) => !byKey.has(key));
  know(await inTheWay(runner, missing, plan));
  // A key that the database spells in another way, or a row that is gone again, is asked for alone.
  await writeBatch(group, async ({ index, row, key }) => {
    found[index] = byKey.get(key) ?? (await upsertRow(runner, row, plan));
  });
};

/** Upserts the rows, and returns what each one's row holds afterwards, in their order. */
export const upsertRows = async (runner: Runner, rows: readonly PreparedRow[], plan: UpsertPlan): Promise<readonly Readonly<Row>[]> => {
  const found: Readonly<Row>[] = [];
  for (const groups of roundsOf(runner, rows, plan)) await writeBatch(groups, (group) => upsertGroup(runner, group, plan, found));
  return found;
};
