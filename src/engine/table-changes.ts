/**
 * Who is told which tables have changed, once a write is over or a transaction is committed: before anybody who waits for it goes on.
 * Nobody is told of a rollback. What foreign keys change behind a statement (`ON DELETE CASCADE`) is told with it.
 */
import { fullName } from "../ast/source.ts";
import { definedTables } from "../schema/registry.ts";
import type { ForeignKey } from "../schema/table.ts";
import type { Statement } from "../ast/statement.ts";

/** What a statement changes. `tables` null: nobody knows, so it may be anything. */
export interface TableChange {
  readonly tables: readonly string[] | null;
  /** What it does to rows that are there: foreign keys of other tables may act upon it. */
  readonly acts: "onDelete" | "onUpdate" | "both" | "neither";
}

/** Gets database names of tables; `null` when any may have changed. */
export type TablesChanged = (tables: readonly string[] | null) => void;

export const noChange: TableChange = { tables: [], acts: "neither" };
export const unknownChange: TableChange = { tables: null, acts: "both" };

/** What a compiled statement changes. */
export const changeOf = (statement: Statement, tables: readonly string[]): TableChange => {
  if (tables.length === 0) return noChange;
  if (statement.statement === "delete") return { tables, acts: "onDelete" };
  const overwrites = statement.statement === "update" || (statement.statement === "insert" && (statement.conflict?.update.length ?? 0) > 0);
  return { tables, acts: overwrites ? "onUpdate" : "neither" };
};

/** What a text changes of which its caller says so; without that, anything if it `writes`. */
export const declaredChange = (tables: readonly string[] | undefined, writes: boolean): TableChange => {
  if (tables === undefined) return writes ? unknownChange : noChange;
  return tables.length === 0 ? noChange : { tables, acts: "both" };
};

const isFollowed = (key: ForeignKey, acts: TableChange["acts"]): boolean => {
  const follows = (action: ForeignKey["onDelete"]): boolean => action !== "no action" && action !== "restrict";
  return (acts !== "onUpdate" && follows(key.onDelete)) || (acts !== "onDelete" && follows(key.onUpdate));
};

/** The tables, and those that foreign keys change with them. A row that is set to NULL or gone may do the same to others. */
const followed = (tables: readonly string[], acts: TableChange["acts"]): readonly string[] => {
  if (acts === "neither") return tables;
  const found = new Set(tables);
  const all = definedTables();
  for (const name of found) {
    for (const table of all) {
      if (table.foreignKeys.some((key) => fullName(key.target) === name && isFollowed(key, found.size > tables.length ? "both" : acts)))
        found.add(fullName(table));
    }
  }
  return [...found];
};

/** A model that cannot be understood may point anywhere; the write that is over does not fail for it. */
const allChanged = (tables: readonly string[], acts: TableChange["acts"]): readonly string[] | null => {
  try {
    return followed(tables, acts);
  } catch {
    return null;
  }
};

export class TableChanges {
  #listeners: readonly TablesChanged[] = [];

  /** Calls `changed` from now on, until the returned function is called. */
  hear(changed: TablesChanged): () => void {
    const own: TablesChanged = (tables) => changed(tables);
    this.#listeners = [...this.#listeners, own];
    return () => {
      this.#listeners = this.#listeners.filter((each) => each !== own);
    };
  }

  tell({ tables, acts }: TableChange): void {
    if (this.#listeners.length === 0 || tables?.length === 0) return;
    const all = tables === null ? null : allChanged(tables, acts);
    for (const listener of this.#listeners) listener(all);
  }
}

/** What the statements of a transaction have changed so far, if it is kept. */
export class WrittenTables {
  /** Made for the first one: most transactions read, or write by one plan. */
  #changes: Set<TableChange> | null = null;
  /** Whether a statement has been sent that may have changed something, by its kind or because nobody knows what it does. */
  isEmpty = true;

  /** `change` is one object per plan, so the same write again costs nothing to remember. */
  add(change: TableChange): void {
    this.isEmpty = false;
    if (change !== noChange) (this.#changes ??= new Set()).add(change);
  }

  tell(changes: TableChanges): void {
    if (this.#changes !== null) for (const change of this.#changes) changes.tell(change);
  }
}
