/** Rows of a relation to many that was joined: each parent came once for each child, and becomes one object with a list. */
import { ConfigurationError } from "../../base/errors.ts";
import type { KeyPair } from "../../ast/source.ts";
import type { Relation, Table } from "../../schema/table.ts";
import type { Include } from "./include-tree.ts";
import { keyReader } from "./row-key.ts";
import type { KeyOf } from "./row-key.ts";

type Row = Record<string, unknown>;

/** A row with one of its children. */
export interface Pair {
  readonly row: Row;
  readonly child: object | null;
}

/** The relation to many that a statement joins, and the relations to one that lead to its owner. */
export interface JoinedMany {
  readonly way: readonly string[];
  readonly relation: Relation;
}

/** The relation to many that the statement of a query with these includes joins; `null` for none. It is one at most: plans see to that. */
export const joinedMany = (includes: readonly Include<unknown>[], way: readonly string[] = []): JoinedMany | null => {
  for (const { relation, strategy, children } of includes) {
    if (strategy !== "joined") continue;
    if (relation.toMany) return { way, relation };
    const found = children.length === 0 ? null : joinedMany(children, [...way, relation.name]);
    if (found !== null) return found;
  }
  return null;
};

/** Throws `ConfigurationError` where batches of rows could part a row from its children. */
export const assertStreamable = ({
  root,
  includes,
}: {
  readonly root: { readonly table: Table };
  readonly includes: readonly Include<unknown>[];
}): void => {
  const many = joinedMany(includes);
  if (many === null) return;
  const path = [...many.way, many.relation.name].join(".");
  const { modelName } = root.table;
  throw new ConfigurationError(
    `joined("${path}") of ${modelName} does not go together with stream(), whose batches would part rows from their children. Load it with selectIn("${path}").`,
    { model: modelName },
  );
};

const keys = new WeakMap<Table, KeyOf>();
const keyOfRows = (table: Table): KeyOf => {
  const known = keys.get(table);
  if (known !== undefined) return known;
  const pairs = table.primaryKey.map((column): KeyPair => [column, column]);
  const made = keyReader(
    pairs,
    table.primaryKey.map(({ property }) => property),
  );
  keys.set(table, made);
  return made;
};

/** Gives each row of `table` its children, in their order. Returns where each row comes first. */
export const gather = (pairs: readonly Pair[], table: Table, { way, relation }: JoinedMany): number[] => {
  const keyOf = keyOfRows(table);
  const families = new Map<unknown, object[]>();
  const first: number[] = [];
  for (let index = 0; index < pairs.length; index++) {
    const { row, child } = pairs[index]!;
    const key = keyOf(row);
    let family = families.get(key);
    if (family === undefined) {
      families.set(key, (family = []));
      first.push(index);
    }
    if (child !== null) family.push(child);
  }
  let place = 0;
  for (const family of families.values()) {
    const owner = ownerAt(pairs[first[place++]!]!.row, way);
    if (owner !== null) owner[relation.name] = family;
  }
  return first;
};

/** The same for rows with keys beside them: `{ key0, …, row: { row, child } }` becomes `{ key0, …, row }`. */
export const gatherKeyed = (found: readonly unknown[], table: Table, many: JoinedMany): unknown[] => {
  const rows = found as readonly { readonly row: Pair }[];
  const pairs = rows.map(({ row }) => row);
  return gather(pairs, table, many).map((index) => ({ ...rows[index]!, row: pairs[index]!.row }));
};

const ownerAt = (row: Row, way: readonly string[]): Row | null =>
  way.reduce<Row | null>((at, name) => (at === null ? null : (at[name] as Row | null)), row);
