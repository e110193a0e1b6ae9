/**
 * The order of writes in which every foreign key holds: rows after those they point at, and batches as large as that allows.
 *
 *     users ◀─ posts ◀─ comments ⟲           one batch for users, one for posts, one for each depth of comments
 *
 * Rows that need each other first are written in two steps: one foreign key that may be NULL is set afterwards.
 */
import { tableKey } from "../../ast/source.ts";
import { ConfigurationError } from "../../base/errors.ts";
import type { ForeignKey, Table, TableColumn } from "../../schema/table.ts";
import type { PendingKey } from "./cascade.ts";
import type { Row } from "../writes/prepared-row.ts";
import { own, textOf } from "../tracking/relations.ts";
import type { Scalar } from "../tracking/relations.ts";

/** `child` points at `parent` through `columns`: it points at nothing while one of them is NULL. */
interface Edge {
  readonly child: Row;
  readonly columns: readonly TableColumn[];
  readonly parent: Row;
}

/** A foreign key to be set after both rows are there. */
export interface DeferredKey {
  readonly child: Row;
  readonly column: TableColumn;
}

export interface Node {
  readonly table: Table;
  readonly object: Row;
}

export interface OrderedRows {
  /** Rows of one table each; a batch only points at batches before it. */
  readonly batches: readonly (readonly Node[])[];
  readonly deferred: readonly DeferredKey[];
}

/** What a row holds in these columns, as one text; `null` where one of them holds nothing. */
const keyText = (object: Row, properties: readonly string[]): string | null => {
  let text = "";
  for (const property of properties) {
    const value = own(object, property);
    if (value === null) return null;
    const part = textOf(value as Scalar);
    text += `${part.length}:${part}`;
  }
  return text;
};

/** The rows by what foreign keys of these tables point at. */
class Targets {
  readonly #rows = new Map<string, Map<string, Row>>();

  constructor(nodes: readonly Node[]) {
    const tables = new Map<Table, Row[]>();
    for (const { table, object } of nodes) {
      const known = tables.get(table);
      if (known === undefined) tables.set(table, [object]);
      else known.push(object);
    }
    const wanted = new Map<string, Map<string, readonly string[]>>();
    for (const { foreignKeys } of tables.keys()) {
      for (const key of foreignKeys) {
        const target = tableKey(key.target);
        const ofTable = wanted.get(target) ?? new Map<string, readonly string[]>();
        wanted.set(target, ofTable.set(targetOf(key), key.targetColumns));
      }
    }
    for (const [table, objects] of tables) {
      for (const [target, names] of wanted.get(tableKey(table)) ?? []) {
        const properties = names.map((name) => table.columns.find((column) => column.name === name)?.property ?? name);
        const rows = this.#rows.get(target) ?? new Map<string, Row>();
        this.#rows.set(target, rows);
        for (const object of objects) {
          const key = keyText(object, properties);
          if (key !== null) rows.set(key, object);
        }
      }
    }
  }

  find(object: Row, foreignKey: ForeignKey): Row | undefined {
    const rows = this.#rows.get(targetOf(foreignKey));
    if (rows === undefined) return undefined;
    const key = keyText(
      object,
      foreignKey.columns.map(({ property }) => property),
    );
    return key === null ? undefined : rows.get(key);
  }
}

const targetOf = ({ target, targetColumns }: ForeignKey): string => JSON.stringify([target.schema, target.name, ...targetColumns]);

/** The rows that a row points at by values that are there already. */
const edgesOf = (nodes: readonly Node[], pending: readonly PendingKey[]): Edge[] => {
  const edges: Edge[] = pending.map(({ child, column, parent }) => ({ child, columns: [column], parent }));
  const targets = new Targets(nodes);
  for (const { table, object } of nodes) {
    for (const key of table.foreignKeys) {
      const parent = targets.find(object, key);
      // A row that points at itself by a key it has already is written, or deleted, in one step.
      if (parent !== undefined && parent !== object) edges.push({ child: object, columns: key.columns, parent });
    }
  }
  return edges;
};

/** Each row's distance from rows that point at nothing. Rows that lie on a cycle, or behind one, have none. */
const depthsOf = (nodes: readonly Node[], edges: readonly Edge[]): Map<Row, number> => {
  const waiting = new Map<Row, number>(nodes.map(({ object }) => [object, 0]));
  const children = new Map<Row, Row[]>();
  for (const { child, parent } of edges) {
    waiting.set(child, waiting.get(child)! + 1);
    const known = children.get(parent);
    if (known === undefined) children.set(parent, [child]);
    else known.push(child);
  }
  const depths = new Map<Row, number>();
  let level = nodes.map(({ object }) => object).filter((object) => waiting.get(object) === 0);
  for (let depth = 0; level.length > 0; depth++) {
    const next: Row[] = [];
    for (const object of level) {
      depths.set(object, depth);
      for (const child of children.get(object) ?? []) {
        const left = waiting.get(child)! - 1;
        waiting.set(child, left);
        if (left === 0) next.push(child);
      }
    }
    level = next;
  }
  return depths;
};

/** The edges of one cycle among rows that have no depth. */
const cycleOf = (edges: readonly Edge[], depths: ReadonlyMap<Row, number>): Edge[] => {
  const next = new Map<Row, Edge>();
  for (const edge of edges) if (!depths.has(edge.child) && !depths.has(edge.parent)) next.set(edge.child, edge);
  const path: Edge[] = [];
  const place = new Map<Row, number>();
  let at = next.values().next().value!.child;
  while (!place.has(at)) {
    place.set(at, path.length);
    const edge = next.get(at)!;
    path.push(edge);
    at = edge.parent;
  }
  return path.slice(place.get(at));
};

const refuseCycle = (cycle: readonly Edge[], tables: ReadonlyMap<Row, Table>): ConfigurationError => {
  const names = [
    ...new Set(cycle.flatMap(({ child, columns }) => columns.map(({ property }) => `${tables.get(child)!.modelName}.${property}`))),
  ];
  return new ConfigurationError(
    `These rows need each other first, through ${names.join(" and ")}. Make one of these columns nullable, so that it can be set in a second step.`,
    { properties: names },
  );
};

/** How tables depend on each other, as numbers that grow from parents to children; `null` when they form a ring. */
const ranksOf = (tables: readonly Table[]): Map<Table, number> | null => {
  const byName = new Map(tables.map((table) => [tableKey(table), table]));
  const parents = (table: Table): Table[] =>
    table.foreignKeys.flatMap(({ target }: ForeignKey) => {
      const parent = byName.get(tableKey(target));
      return parent === undefined || parent === table ? [] : [parent];
    });
  const ranks = new Map<Table, number>();
  const open = new Set<Table>();
  const rankOf = (table: Table): number | null => {
    const known = ranks.get(table);
    if (known !== undefined) return known;
    if (open.has(table)) return null;
    open.add(table);
    let rank = 0;
    for (const parent of parents(table)) {
      const above = rankOf(parent);
      if (above === null) return null;
      rank = Math.max(rank, above + 1);
    }
    open.delete(table);
    ranks.set(table, rank);
    return rank;
  };
  return tables.every((table) => rankOf(table) !== null) ? ranks : null;
};

const batchesOf = (nodes: readonly Node[], edges: readonly Edge[], depths: ReadonlyMap<Row, number>): Node[][] => {
  const tableOf = new Map(nodes.map(({ object, table }) => [object, table]));
  const tables = [...new Set(nodes.map(({ table }) => table))];
  const ranks = ranksOf(tables);
  // Tables whose new rows point at each other are written depth by depth, and so are all where the tables form a ring.
  const layered = new Set(
    edges.filter(({ child, parent }) => tableOf.get(child) === tableOf.get(parent)).map(({ child }) => tableOf.get(child)!),
  );
  const batches = new Map<string, { readonly rank: number; readonly depth: number; readonly table: number; readonly nodes: Node[] }>();
  for (const node of nodes) {
    const table = tables.indexOf(node.table);
    const rank = ranks?.get(node.table) ?? 0;
    const depth = ranks === null || layered.has(node.table) ? depths.get(node.object)! : 0;
    const key = `${rank} ${depth} ${table}`;
    const known = batches.get(key);
    if (known === undefined) batches.set(key, { rank, depth, table, nodes: [node] });
    else known.nodes.push(node);
  }
  const ordered = [...batches.values()].toSorted((a, b) => a.rank - b.rank || a.depth - b.depth || a.table - b.table);
  return ordered.map((batch) => batch.nodes);
};

const none: OrderedRows = { batches: [], deferred: [] };

/** Rows in an order that lets each point at those before it. Throws `ConfigurationError` naming the columns when there is none. */
export const inOrder = (nodes: readonly Node[], pending: readonly PendingKey[] = []): OrderedRows => {
  if (nodes.length === 0) return none;
  const mine = new Set(nodes.map(({ object }) => object));
  let edges = edgesOf(nodes, pending).filter(({ child, parent }) => mine.has(child) && mine.has(parent));
  const deferred: DeferredKey[] = [];
  let depths = depthsOf(nodes, edges);
  while (depths.size < nodes.length) {
    const cycle = cycleOf(edges, depths);
    const weak = cycle.find(({ columns }) => columns.some(({ nullable }) => nullable));
    const column = weak?.columns.find(({ nullable }) => nullable);
    if (weak === undefined || column === undefined) throw refuseCycle(cycle, new Map(nodes.map(({ object, table }) => [object, table])));
    deferred.push({ child: weak.child, column });
    edges = edges.filter(({ child, columns }) => child !== weak.child || !columns.includes(column));
    depths = depthsOf(nodes, edges);
  }
  return { batches: batchesOf(nodes, edges, depths), deferred };
};
