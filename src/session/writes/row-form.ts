/** Which columns of a model a row gives values for: one object for all rows that give the same, so that what is known about such rows is found without comparing. */
import { Lru } from "../../base/lru.ts";
import type { Root } from "../../query/root.ts";
import type { TableColumn } from "../../schema/table.ts";
import { makeTakeValues } from "./take-values.ts";
import type { TakeValues } from "./take-values.ts";

/** Columns are in the table's order. */
export interface RowForm {
  /** Differs from that of every other form of the model. */
  readonly key: string;
  /** Where the plan of its insert is kept. */
  readonly insertKey: string;
  readonly given: readonly TableColumn[];
  readonly absent: readonly TableColumn[];
  /** Reads the values of an object that gives these columns and no others. */
  readonly take: TakeValues;
}

class Form implements RowForm {
  readonly key: string;
  readonly insertKey: string;
  readonly given: readonly TableColumn[];
  readonly absent: readonly TableColumn[];
  #rows = 0;
  #take: TakeValues | null = null;

  constructor(key: string, given: readonly TableColumn[], absent: readonly TableColumn[]) {
    this.key = key;
    this.insertKey = `insert ${key}`;
    this.given = given;
    this.absent = absent;
  }

  get take(): TakeValues {
    if (this.#take !== null) return this.#take;
    // Code is made for forms that come again and again: it costs as much as hundreds of rows.
    return this.#rows++ < rowsWithoutCode ? takeNothing : (this.#take = makeTakeValues(this));
  }
}

/** Rows of a form before code is made for it. */
const rowsWithoutCode = 20;
const takeNothing: TakeValues = () => null;

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
    const absent = this.root.table.columns.filter((column) => !given.includes(column));
    const form = new Form(key, given, absent);
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
