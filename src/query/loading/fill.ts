/** Children go to their parents: which keys to ask for, and whose child each answer is. */
import type { Relation } from "../../schema/table.ts";
import { keyReader } from "./row-key.ts";
import type { KeyOf } from "./row-key.ts";
import { wrapperKey } from "../results/wrapped-row.ts";

type Row = Record<string, unknown>;

/** What a statement for children answered. `wrapped`: each is `{ key0, …, row }`; otherwise the child itself holds its parent's key. */
export interface Children {
  readonly found: readonly unknown[];
  readonly wrapped: boolean;
}

/** Fetches the children of parents with these keys: one list of values per key column. */
export type ReadChildren = (keys: readonly (readonly unknown[])[]) => Promise<Children>;

interface Link {
  readonly parent: KeyOf;
  readonly child: KeyOf;
  readonly wrapper: KeyOf;
}

const links = new WeakMap<Relation, Link>();
const linkOf = (relation: Relation): Link => {
  const known = links.get(relation);
  if (known !== undefined) return known;
  const { keys } = relation;
  const near = keys.map(([column]) => column.property);
  const far = keys.map(([, column]) => column.property);
  const link = { parent: keyReader(keys, near), child: keyReader(keys, far), wrapper: keyReader(keys, far.map(wrapperKey)) };
  links.set(relation, link);
  return link;
};

/** The distinct keys of parents, each with the place for its children. */
class Families {
  readonly children = new Map<unknown, unknown[]>();
  readonly lists: unknown[][];
  /** Whether parents share a key: then each gets a list of its own. */
  shared = false;

  constructor(parents: readonly Row[], relation: Relation, keyOf: KeyOf) {
    const near = relation.keys.map(([column]) => column.property);
    this.lists = near.map(() => []);
    for (const parent of parents) {
      const key = keyOf(parent);
      if (key === null) continue;
      if (this.children.has(key)) {
        this.shared = true;
        continue;
      }
      this.children.set(key, []);
      for (let index = 0; index < near.length; index++) this.lists[index]!.push(parent[near[index]!]);
    }
  }

  add({ found, wrapped }: Children, { child, wrapper }: Link): void {
    const keyOf = wrapped ? wrapper : child;
    for (let index = 0; index < found.length; index++) {
      const each = found[index] as Row;
      const family = this.children.get(keyOf(each));
      if (family !== undefined) family.push(wrapped ? each["row"] : each);
    }
  }
}

/**
 * Sets `relation` on every parent from the children that `read` fetches; `read` is not called when no parent has a key.
 * Throws `ColumnNotLoaded` for a parent whose key was not fetched.
 */
export const fill = async (parents: readonly object[], relation: Relation, read: ReadChildren): Promise<void> => {
  const rows = parents as readonly Row[];
  const link = linkOf(relation);
  const families = new Families(rows, relation, link.parent);
  if (families.children.size > 0) families.add(await read(families.lists), link);
  const { name, toMany } = relation;
  for (const parent of rows) {
    const key = link.parent(parent);
    const family = key === null ? [] : families.children.get(key)!;
    parent[name] = toMany ? (families.shared ? family.slice() : family) : (family[0] ?? null);
  }
};
