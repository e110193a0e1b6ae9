/** The types of lookups: which keys `filter` takes, and what each is compared with. `lookup-table.ts` is what happens at run time. */
import type { AnyColumn, Column, TypeOf } from "../../schema/columns/column.ts";
import type { ColumnKey, RelationKey, ShapeOf } from "../../schema/entity.ts";
import type { TargetOf } from "../../schema/relations/relation.ts";
import type { Scope } from "../../schema/scope.ts";
import type { Kind } from "../../types/column-type.ts";
import type { Combinators } from "./q.ts";

type Equal = "exact" | "ne" | "isNull";
type Listed = Equal | "in" | "notIn";
type Ordered = Listed | "gt" | "gte" | "lt" | "lte" | "range";
type Textual =
  | Ordered
  | "iexact"
  | "like"
  | "ilike"
  | "contains"
  | "icontains"
  | "startsWith"
  | "istartsWith"
  | "endsWith"
  | "iendsWith"
  | "regex"
  | "iregex";
type Dated = Ordered | "year" | "month" | "day" | "weekDay";

/** Which lookups each kind of column understands. */
interface LookupsByKind {
  int: Ordered;
  bigint: Ordered;
  float: Ordered;
  decimal: Ordered;
  text: Textual;
  bool: Equal;
  uuid: Listed;
  timestamp: Dated | "date" | "hour";
  date: Dated;
  time: Ordered;
  json: Equal | "hasKey" | "contains";
  bytes: Equal;
  array: Equal | "contains" | "overlaps";
}
/** What a lookup is compared with, for a column of type `T`. */
interface LookupTypes<T> {
  exact: T;
  ne: T;
  isNull: boolean;
  in: readonly NonNullable<T>[];
  notIn: readonly NonNullable<T>[];
  gt: NonNullable<T>;
  gte: NonNullable<T>;
  lt: NonNullable<T>;
  lte: NonNullable<T>;
  range: readonly [low: NonNullable<T>, high: NonNullable<T>];
  iexact: string;
  like: string;
  ilike: string;
  contains: NonNullable<T>;
  icontains: string;
  startsWith: string;
  istartsWith: string;
  endsWith: string;
  iendsWith: string;
  regex: string | RegExp;
  iregex: string;
  year: number;
  month: number;
  day: number;
  weekDay: number;
  hour: number;
  date: string;
  hasKey: string;
  overlaps: NonNullable<T>;
}

type KeysByKind<S> = { [K in keyof S as S[K] extends Column<unknown, infer C> ? C : "relation"]: K & string };
type KeysOf<B> = {
  [C in keyof B & keyof LookupsByKind]: B[C] | `${B[C] & string}__${LookupsByKind[C]}`;
}[keyof B & keyof LookupsByKind];
type OwnKey<S> = KeysOf<KeysByKind<S>> & string;
type JsonKey<S> = KeysByKind<S> extends { json: infer J extends string } ? `${J}__${string & {}}` : never;
type HopKey<S> = { [R in RelationKey<S>]: `${R}__${ColumnKey<ShapeOf<TargetOf<S, R>>>}` }[RelationKey<S>];
type DeepKey<S> = `${RelationKey<S>}__${string & {}}`;
/** Every lookup that editors complete, and any deeper path. */
export type LookupKey<E> = keyof Combinators | OwnKey<Scope<E>> | HopKey<Scope<E>> | JsonKey<Scope<E>> | DeepKey<Scope<E>>;

/** `{ age__gte: 18, author__name: "Ann" }`: conditions on `E`, exactly as given. */
export type Lookups<E, K extends string> = { readonly [P in K]: LookupValue<Scope<E>, P> };

/** Shows editors what may be written; `Lookups` decides. (Plain columns are mapped from the model, so that renaming one renames it here too.) */
export type LookupHints<E> = {
  readonly [P in keyof Scope<E> as Scope<E>[P] extends AnyColumn ? P : never]?: TypeOf<Scope<E>[P]>;
} & {
  readonly [P in Exclude<OwnKey<Scope<E>>, keyof Scope<E>> | HopKey<Scope<E>>]?: LookupValue<Scope<E>, P>;
};

/** What `filter` accepts. `K` is inferred from the keys given, so only those are ever checked. */
export type Filter<E, K extends string> = Lookups<E, K> & LookupHints<E>;

export interface NoSuchLookup<Message> {
  readonly error: Message;
}
type LookupValue<S, P> = P extends keyof Combinators
  ? Combinators[P]
  : P extends keyof S
    ? S[P] extends Column<infer T>
      ? T
      : NoSuchLookup<`'${P & string}' is a relation: name one of its columns, '${P & string}__…'`>
    : P extends `${infer H}__${infer Rest}`
      ? H extends keyof S
        ? S[H] extends Column<infer T, infer C extends Kind>
          ? ColumnLookup<T, C, H, Rest>
          : LookupValue<ShapeOf<TargetOf<S, H>>, Rest>
        : NoSuchLookup<`no column or relation '${H}'`>
      : NoSuchLookup<`no column or relation '${P & string}'`>;
type ColumnLookup<T, C extends Kind, H extends string, Rest> = Rest extends LookupsByKind[C]
  ? Rest extends "contains"
    ? C extends "json"
      ? JsonContained<NonNullable<T>>
      : NonNullable<T>
    : Rest extends keyof LookupTypes<T>
      ? LookupTypes<T>[Rest]
      : never
  : C extends "json"
    ? unknown extends T
      ? unknown
      : JsonLookup<NonNullable<T>, Rest>
    : NoSuchLookup<`'${H}' has no lookup '${Rest & string}'`>;
// JSON documents: one key at a time; the distributive helpers let a document be a union of shapes.
type JsonLookup<T, P> =
  P extends JsonKeyOf<T>
    ? JsonAt<T, P>
    : P extends `${infer H}__${infer Rest}`
      ? H extends JsonKeyOf<T>
        ? JsonRest<JsonAt<T, H>, H, Rest>
        : NoSuchLookup<`no JSON key '${H}'`>
      : NoSuchLookup<`no JSON key '${P & string}'`>;
type JsonRest<T, H extends string, Rest> = unknown extends T
  ? unknown
  : Rest extends JsonLookups<NonNullable<T>>
    ? Rest extends "contains"
      ? NonNullable<T> extends string
        ? string
        : JsonContained<NonNullable<T>>
      : Rest extends keyof LookupTypes<T>
        ? LookupTypes<T>[Rest]
        : never
    : NonNullable<T> extends string | number | boolean
      ? NoSuchLookup<`'${H}' has no lookup '${Rest & string}'`>
      : JsonLookup<NonNullable<T>, Rest>;
type JsonKeyOf<T> = T extends readonly unknown[] ? `${number}` : T extends object ? keyof T : never;
type JsonAt<T, K> = T extends readonly (infer U)[] ? U : T extends object ? (K extends keyof T ? T[K] : never) : never;
type JsonLookups<T> = T extends string ? Textual : T extends number ? Ordered : Equal | "hasKey" | "contains";
/** A part of a document: some of its keys, some elements of its arrays. */
type JsonContained<T> = unknown extends T
  ? unknown
  : T extends readonly (infer U)[]
    ? readonly JsonContained<U>[] | U
    : T extends object
      ? { readonly [K in keyof T]?: JsonContained<T[K]> }
      : T;
