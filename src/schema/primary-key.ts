/** The type of what identifies a row. */
import type { Column, TypeOf } from "./columns/column.ts";
import type { OptionsOf, ShapeOf } from "./entity.ts";
import type { Kind } from "../types/column-type.ts";

/** The columns of a shape that carry a flag. */
export type KeyWithFlag<S, F> = {
  [K in keyof S]: S[K] extends Column<unknown, Kind, infer X> ? (F extends X ? K : never) : never;
}[keyof S] &
  string;
export type PrimaryKeyOption<O> = O extends { readonly primaryKey: infer P } ? P : never;

/** What identifies a row: the primary key's value, or an object for a composite key. */
export type PrimaryKey<E> =
  PrimaryKeyOption<OptionsOf<E>> extends infer P
    ? [P] extends [never]
      ? TypeOf<ShapeOf<E>[KeyWithFlag<ShapeOf<E>, "primaryKey"> & keyof ShapeOf<E>]>
      : P extends readonly (infer K)[]
        ? { readonly [C in K & keyof ShapeOf<E>]: TypeOf<ShapeOf<E>[C]> }
        : never
    : never;
