/** Which columns of a model a row gives values for: one object for all rows that give the same, so that what is known about such rows is found without comparing. */
import { Lru } from "../../base/lru.ts";
import type { Root } from "../../query/root.ts";
import type { TableColumn } from "../../schema/table.ts";

/** Columns are in the table's order. */
export interface RowForm {
  /** Differs from that of every other form of the model. */
  readonly key: string;
  /** Where the plan of its insert is kept. */
  readonly insertKey: string;
  readonly given: readonly TableColumn[];
  readonly absent: readonly TableColumn[];
}

/** Forms kept per model: rows that come from outside may leave out whatever they like. */
const formLimit = 100;

/** The forms of one model. */
export class RowForms {
  readonly root: Root;
  readonly #known = new Lru<string, RowForm>(formLimit);
  /** The form of the row before, which most often is that of the next one, too. */
  last: RowForm;

  constructor(root: Root) {
    this.root = root;
    this.last = this.of(root.table.columns);
  }

  of(given: readonly TableColumn[]): RowForm {
    const key = given.map((column) => column.position).join();
    const form = this.#known.get(key) ?? this.#make(key, given);
    this.last = form;
    return form;
  }

  #make(key: string, given: readonly TableColumn[]): RowForm {
    const form = { key, insertKey: `insert ${key}`, given, absent: this.root.table.columns.filter((column) => !given.includes(column)) };
    this.#known.set(key, form);
    return form;
  }
}

const formsByRoot = new WeakMap<Root, RowForms>();

export const rowFormsOf = (root: Root): RowForms => {
  const known = formsByRoot.get(root);
  if (known !== undefined) return known;
  const made = new RowForms(root);
  formsByRoot.set(root, made);
  return made;
};
