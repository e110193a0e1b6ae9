/**
 * What a contender can be asked for. All of it is optional: what a library cannot do, or what another contender of it does already, is absent
 * and shows as a dash in the report. What is done at once may be returned at once: nobody is charged for a promise of ours.
 */
import type { Target } from "./target.ts";

export type Later<T> = T | Promise<T>;

/** `bench_users`, the seeds' table: the same names in TypeScript and in the database. */
export interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly age: number;
  readonly score: number;
}
export interface User extends NewUser {
  readonly id: number;
}

/** `bench_members`: what a row costs whose values are no mere numbers and texts. */
export interface Member {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly age: number;
  readonly isActive: boolean;
  readonly createdAt: Date;
}

export interface Post {
  readonly id: number;
  readonly title: string;
  readonly views: number;
}
export interface AuthorWithPosts {
  readonly id: number;
  readonly name: string;
  readonly posts: readonly Post[];
}
export interface FeedPost extends Post {
  readonly author: { readonly name: string };
  readonly tags: readonly { readonly name: string }[];
}
export interface AgeTotal {
  readonly age: number;
  readonly people: number | string | bigint;
  readonly total: number | string;
  readonly mean: number | string;
}
export interface Counter {
  readonly key: string;
  readonly hits: number;
}

export interface Operations {
  readonly byId?: (id: number) => Later<User | null | undefined>;
  /** The generated key comes back. */
  readonly insertOne?: (user: NewUser) => Later<number>;
  /** In one transaction: reads the user, adds to its score, reads the score again. */
  readonly readModifyWrite?: (id: number, add: number) => Later<unknown>;
  /** Every user as an instance of a class where the library has one, otherwise as an object. */
  readonly models?: () => Later<readonly User[]>;
  /** Every member, with a boolean and a Date, whatever the database keeps them as. */
  readonly members?: () => Later<readonly Member[]>;
  readonly tuples?: () => Later<readonly (readonly unknown[])[]>;
  /** Rows of which nothing is decoded before it is read. */
  readonly lazy?: () => Later<readonly User[]>;
  readonly column?: () => Later<readonly string[]>;
  /** In one transaction; the generated keys come back where the library can. */
  readonly insertMany?: (users: readonly NewUser[]) => Later<unknown>;
  /** One statement a row, in one transaction. */
  readonly insertLoop?: (users: readonly NewUser[]) => Later<unknown>;
  /** 100 authors with their 10 posts each, by a statement for each table. */
  readonly eagerSelect?: () => Later<readonly AuthorWithPosts[]>;
  /** The same by one join. */
  readonly eagerJoin?: () => Later<readonly AuthorWithPosts[]>;
  /** The 20 most viewed posts of authors below `authorId` that have the tag, with author and tags. */
  readonly feed?: (tag: string) => Later<readonly FeedPost[]>;
  /** Number, sum and mean of scores by age, of ages with more than `least` people, the youngest first. */
  readonly totals?: (least: number) => Later<readonly AgeTotal[]>;
  readonly updateOne?: (id: number, score: number) => Later<unknown>;
  readonly deleteOne?: (id: number) => Later<unknown>;
  /** Inserts what is new by `key` and overwrites `hits` of what is there, all in one transaction. */
  readonly upsert?: (counters: readonly Counter[]) => Later<unknown>;
  /** Documents whose `kind` in the JSON column is this. */
  readonly documents?: (kind: string) => Later<readonly { readonly data: { readonly n: number; readonly words: readonly string[] } }[]>;
  /** Hands over one user after the other, without ever having all. */
  readonly stream?: (each: (user: User) => void) => Promise<void>;
  /** A query by id as a program may keep it, not run: what memory per query holds. */
  readonly keptQuery?: (id: number) => unknown;
  /** A query down to its SQL text or plan, not run. */
  readonly build?: (id: number) => unknown;
  /** `age > least`, by score downwards, ten of them: not run. */
  readonly buildLonger?: (least: number) => unknown;
  /** Takes a connection out of the pool and puts it back. */
  readonly acquire?: () => Later<unknown>;
  /** Rows that are there already, made into instances, of a class of one's own where it is done by hand. The first call fetches the rows. */
  readonly convert?: () => Later<readonly User[]>;
  readonly close: () => Later<unknown>;
}

export type Group = "petrel" | "driver" | "query builder" | "orm";

export interface Contender {
  /** Short and stable: `petrel`, `pg`, `drizzle-prepared`. */
  readonly id: string;
  /** As the report names it. */
  readonly name: string;
  readonly group: Group;
  readonly open: (target: Target) => Later<Operations>;
}

/** A file below `contenders/`: a library's ways of doing the same. */
export interface ContenderModule {
  /** Packages whose versions the report shows. */
  readonly packages: readonly string[];
  readonly contenders: (kind: Target["kind"]) => Later<readonly Contender[]>;
}
