/** The types at the root of every model: what an instance, a model class and a shape are. */
import type { Sql } from "../ast/sql-tag.ts";
import type { AnyColumn, FlagOf, TypeOf } from "./columns/column.ts";

declare const shape: unique symbol;
declare const options: unique symbol;
declare const entity: unique symbol;

/** What a model is made of: columns, and relations written as arrow functions so that models may refer to each other. */
// `Function` on purpose: a contextual signature would make TypeScript resolve every arrow's return type, model after model.
// oxlint-disable-next-line typescript/no-unsafe-function-type
export type Shape = { readonly [name: string]: AnyColumn | Function };

/** The base of every model instance. Its one property exists for TypeScript only. */
export declare abstract class Entity<N extends string, S, O> {
  protected readonly [entity]: { readonly table: N; readonly shape: S; readonly options: O };
  /**
   * What `JSON.stringify` writes: the columns and relations that are there, without hidden columns; nothing is loaded. `bigint` becomes a string of
   * digits, bytes become base64, a `Date` its ISO text. An object inside itself is written by its primary key.
   */
  toJSON(): object;
}
export type AnyEntity = Entity<string, unknown, unknown>;

/** The phantom half of a model class; `schema/model.ts` adds the rest. */
export interface ModelShape<S, O> {
  readonly [shape]: S;
  readonly [options]: O;
}
export interface AnyModel extends ModelShape<unknown, unknown> {
  readonly table: string;
}
/** Any class whose instances are `E`. */
export interface ModelOf<E> extends AnyModel {
  new (...values: never): E;
}

export type ShapeOfModel<M extends AnyModel> = M[typeof shape];
export type InstanceOf<M> = M extends abstract new (...args: never) => infer E ? E : never;
export type ShapeOf<E> = E extends Entity<string, infer S, unknown> ? S : never;
export type OptionsOf<E> = E extends Entity<string, unknown, infer O> ? O : never;

export type ColumnKey<S> = { [K in keyof S]: S[K] extends AnyColumn ? K : never }[keyof S] & string;
/** Columns that a write may name. */
export type WrittenKey<S> = keyof {
  [K in keyof S as S[K] extends AnyColumn ? ("generated" extends FlagOf<S[K]> ? never : K) : never]: K;
} &
  string;
export type RelationKey<S> = { [K in keyof S]: S[K] extends AnyColumn ? never : K }[keyof S] & string;
export type RowOf<S> = { [K in keyof S as S[K] extends AnyColumn ? K : never]: TypeOf<S[K]> };

export type InsertRequiredKey<K, C> = C extends AnyColumn
  ? "default" extends FlagOf<C>
    ? never
    : null extends TypeOf<C>
      ? never
      : K
  : never;
/** Generated columns have both flags: no insert needs them, and none may give them. */
export type InsertOptionalKey<K, C> = C extends AnyColumn
  ? "default" extends FlagOf<C>
    ? "generated" extends FlagOf<C>
      ? never
      : K
    : null extends TypeOf<C>
      ? K
      : never
  : never;
/**
 * The values `session.insert` needs for a model: `Insert<User>`.
 * (A conditional type drops its alias name, so errors show the properties; `keyof S as …` keeps "go to definition" and "rename" working.)
 */
export type Insert<E> =
  E extends Entity<string, infer S, unknown>
    ? { [K in keyof S as InsertRequiredKey<K, S[K]>]: TypeOf<S[K]> } & {
        [K in keyof S as InsertOptionalKey<K, S[K]>]?: TypeOf<S[K]> | undefined;
      }
    : never;

export interface ModelOptions<S> {
  /** A primary key of several columns. */
  readonly primaryKey?: readonly ColumnKey<S>[];
  readonly unique?: readonly (readonly ColumnKey<S>[])[];
  readonly indexes?: readonly (readonly ColumnKey<S>[] | IndexOptions<S>)[];
  /** Conditions on every row, in the database's names, by what they are called: `` { inOrder: sql`starts <= ends` } ``. */
  readonly checks?: { readonly [name: string]: Sql<unknown> };
  /** A comment that PostgreSQL keeps with the table. SQLite has no place for it. */
  readonly comment?: string;
  /** What the table was called before, in the database: migrations rename it, where they would drop one and create another. */
  readonly renamedFrom?: string;
  /**
   * The schema that the table is in, where it is not the one that a name alone means: `{ schema: "billing" }` is `"billing"."invoices"`. On SQLite it is a
   * file that was attached by this name (the option `attach` of the engine).
   */
  readonly schema?: string;
  /** Which of the databases of `connect({ databases })` `objects` asks, unless `using()` names another. `"default"` unless given. */
  readonly database?: string;
  /** The order of queries that do not say otherwise. */
  readonly orderBy?: OwnOrder<S> | readonly OwnOrder<S>[];
}
/** An index that is more than a list of columns. */
export interface IndexOptions<S> {
  /** Columns, `-` before one that is sorted downwards, and expressions in the database's names: `` sql`lower(email)` ``. */
  readonly columns: readonly (OwnOrder<S> | Sql<unknown>)[];
  /** Its name in the database; made from the table and the columns unless given. Needed where there are expressions. */
  readonly name?: string;
  readonly unique?: boolean;
  /** Only rows for which this holds are in the index: `` sql`deleted_at IS NULL` ``. */
  readonly where?: Sql<unknown>;
  /** Columns that the index keeps and is not searched by. PostgreSQL only. */
  readonly include?: readonly ColumnKey<S>[];
  /** How the index is built: `"gin"`, `"gist"`, `"brin"`, `"hash"`. PostgreSQL only. */
  readonly using?: string;
}
type OwnOrder<S> = ColumnKey<S> | `-${ColumnKey<S>}`;

export interface NoOptions {}
