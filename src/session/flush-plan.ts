/**
 * The order of writes in which every foreign key holds: rows after those they point at, and batches as large as that allows.
 *
 *     users ◀─ posts ◀─ comments ⟲           one batch for users, one for posts, one for each depth of comments
 *
 * Rows that need each other first are written in two steps: one foreign key that may be NULL is set afterwards.
 */
import { ConfigurationError } from "../base/errors.ts";
import type { ForeignKey, Table, TableColumn } from "../schema/table.ts";
import type { PendingKey } from "./cascade.ts";
import type { Row } from "./prepared-row.ts";
import { own, textOf } from "./relations.ts";
import type { Scalar } from "./relations.ts";

/** `child` points at `parent` through `column`. */
interface Edge {
  readonly child: Row;
  readonly column: TableColumn;
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

const indexOf = (nodes: readonly Node[]): Map<string, Row> => {
  const index = new Map<string, Row>();
  for (const { table, object } of nodes) {
    for (const column of table.columns) {
      const value = column.primaryKey || isUnique(table, column) ? own(object, column.property) : null;
      if (value !== null) index.set(`${table.name}\u0000${column.name}\u0000${textOf(value as Scalar)}`, object);
    }
  }
  return index;
};

const isUnique = (table: Table, column: TableColumn): boolean => table.uniques.some(({ columns }) => columns.includes(column));

/** The rows that a row points at by values that are there already. */
const edgesOf = (nodes: readonly Node[], pending: readonly PendingKey[]): Edge[] => {
  const edges: Edge[] = pending.map(({ child, column, parent }) => ({ child, column, parent }));
  const index = indexOf(nodes);
  for (const { table, object } of nodes) {
    for (const { columns, targetTable, targetColumns } of table.foreignKeys) {
      const value = own(object, columns[0]!.property);
      const parent = value === null ? undefined : index.get(`${targetTable}\u0000${targetColumns[0]!}\u0000${textOf(value as Scalar)}`);
      // A row that points at itself by a key it has already is written, or deleted, in one step.
      if (parent !== undefined && parent !== object) edges.push({ child: object, column: columns[0]!, parent });
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
  const names = [...new Set(cycle.map(({ child, column }) => `${tables.get(child)!.modelName}.${column.property}`))];
  return new ConfigurationError(
    `These rows need each other first, through ${names.join(" and ")}. Make one of these columns nullable, so that it can be set in a second step.`,
    { properties: names },
  );
};

/** How tables depend on each other, as numbers that grow from parents to children; `null` when they form a ring. */
const ranksOf = (tables: readonly Table[]): Map<Table, number> | null => {
  const byName = new Map(tables.map((table) => [table.name, table]));
  const parents = (table: Table): Table[] =>
    table.foreignKeys.flatMap(({ targetTable }: ForeignKey) => {
      const parent = byName.get(targetTable);
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
    const weak = cycle.find(({ column }) => column.nullable);
    if (weak === undefined) throw refuseCycle(cycle, new Map(nodes.map(({ object, table }) => [object, table])));
    deferred.push({ child: weak.child, column: weak.column });
    edges = edges.filter(({ child, column }) => child !== weak.child || column !== weak.column);
    depths = depthsOf(nodes, edges);
  }
  return { batches: batchesOf(nodes, edges, depths), deferred };
};
