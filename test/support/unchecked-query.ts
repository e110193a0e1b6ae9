/** A query as JavaScript sees it: whatever is passed to it, no type complains. For tests of what happens then. */
import type { AnyEntity } from "../../src/schema/entity.ts";
import type { CompiledQuery, Query } from "../../src/entry/index.ts";

type Method = (...given: readonly unknown[]) => UncheckedQuery;
type Verb<T = unknown> = (...given: readonly unknown[]) => Promise<T>;

export interface UncheckedQuery {
  readonly filter: Method;
  readonly exclude: Method;
  readonly having: Method;
  readonly where: Method;
  readonly orderBy: Method;
  readonly limit: Method;
  readonly offset: Method;
  readonly distinct: Method;
  readonly forUpdate: Method;
  readonly with: Method;
  readonly only: Method;
  readonly defer: Method;
  readonly annotate: Method;
  readonly select: Method;
  readonly groupBy: Method;
  readonly withDeleted: Method;
  readonly onlyDeleted: Method;
  readonly all: Verb<readonly Readonly<Record<string, unknown>>[]>;
  readonly first: Verb;
  readonly last: Verb;
  readonly one: Verb;
  readonly count: Verb<number>;
  readonly exists: Verb<boolean>;
  readonly sum: Verb;
  readonly min: Verb;
  readonly aggregate: Verb;
  readonly values: Verb<readonly unknown[]>;
  readonly valuesList: Verb<readonly unknown[]>;
  readonly column: Verb<readonly unknown[]>;
  readonly update: Verb<number>;
  readonly delete: Verb<number>;
  readonly stream: (...given: readonly unknown[]) => AsyncGenerator;
  readonly toSQL: () => CompiledQuery;
}

/** What a callback gets, as JavaScript sees it. */
export interface UncheckedRow {
  (...given: readonly unknown[]): UncheckedRow;
  readonly id: UncheckedRow;
  readonly name: UncheckedRow;
  readonly nmae: UncheckedRow;
  readonly age: UncheckedRow;
  readonly vip: UncheckedRow;
  readonly role: UncheckedRow;
  readonly posts: UncheckedRow;
  readonly preferences: UncheckedRow;
  readonly at: UncheckedRow;
  readonly truncate: UncheckedRow;
  readonly eq: UncheckedRow;
  readonly gt: UncheckedRow;
  readonly and: UncheckedRow;
  readonly some: UncheckedRow;
}

export const unchecked = <E extends AnyEntity>(query: Query<E, E>): UncheckedQuery => query as unknown as UncheckedQuery;
