/** `jsonSet`: some keys of a JSON document, changed where it lies; the others stay as they are. */
import { ConfigurationError } from "../../base/errors.ts";
import type { ExpressionNode, JsonSetNode } from "../../ast/expression.ts";
import { describe } from "../../types/column-type.ts";

/** Some keys of a document `T`, at any depth. Arrays are replaced whole. */
export type JsonPartial<T> = unknown extends T
  ? unknown
  : T extends readonly unknown[]
    ? T
    : T extends object
      ? { readonly [K in keyof T]?: JsonPartial<T[K]> }
      : T;

declare const document: unique symbol;
/** Changes to a document `T`. */
export interface JsonChange<in T> {
  readonly [document]: (changed: T) => void;
}

type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

/** The object behind `jsonSet(…)`. */
export class KeysSet {
  readonly #changes: Tree;

  constructor(changes: Tree) {
    this.#changes = changes;
  }

  /** The changed document as an expression, or `null` for anything that `jsonSet()` did not make. */
  static of(value: unknown, column: ExpressionNode, name: string): ExpressionNode | null {
    if (typeof value !== "object" || value === null || !(#changes in value)) return null;
    return documentWith(column, [], value.#changes, name);
  }
}

const documentWith = (root: ExpressionNode, path: readonly string[], changes: Tree, name: string): JsonSetNode => {
  const keys = Object.keys(changes).filter((key) => changes[key] !== undefined);
  const operand: ExpressionNode = path.length === 0 ? root : { node: "jsonPath", operand: root, path, as: "json" };
  const values = keys.map((key): ExpressionNode => {
    const value = changes[key];
    if (isTree(value)) return documentWith(root, [...path, key], value, name);
    return { node: "parameter", form: "one", type: { kind: "json" }, value, name: `${name}.${[...path, key].join(".")}` };
  });
  return { node: "jsonSet", operand, keys, values };
};

/**
 * Sets keys of a JSON column, at any depth, and leaves the others as they are: for `update()`. Objects on the way are made where there are none;
 * arrays and everything else are replaced; `null` is a value like any other; `undefined` leaves a key alone.
 *
 *     update({ preferences: jsonSet({ settings: { theme: "dark" } }) })
 *     // SET "preferences" = json_set(…, '$."settings"', json_set(…, '$."theme"', json(?)))
 */
export const jsonSet = <T>(changes: NoInfer<JsonPartial<T>>): JsonChange<T> => {
  if (isTree(changes)) return new KeysSet(changes) as unknown as JsonChange<T>;
  throw new ConfigurationError(
    `jsonSet() takes an object of the keys to set, not ${describe(changes)}. To replace the whole document, assign it.`,
  );
};
