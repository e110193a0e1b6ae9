/**
 * One query for many rows, and then one more for each of them:
 *
 *     for (const post of posts) await session.load(post, "author");     // Post.author, 42 times, where with("author") takes one
 *
 * Told by relations that are loaded for one object at a time, and by statements of one text that read one table by one value, a different one each time.
 */
import type { WatchedStatement } from "../engine/watching/watched-statement.ts";

export interface NPlusOne {
  /** `WARNING: N+1 query detected - Post.author accessed 42 times` */
  readonly message: string;
  /** What to do instead. */
  readonly fix: string;
  /** `Post.author` for a relation; the model or the table for rows that are read one by one. */
  readonly subject: string;
  readonly count: number;
  /** Where it was first asked for, while call sites are sampled. */
  readonly callSite: string | null;
}

/** How many times it takes to be one, unless said. */
export const usualThreshold = 3;
/** Texts and values beyond are no more compared: what is found by then is found. */
const mostGroups = 1000;
const mostValues = 100;

const oneValue = /\bWHERE\b[^?$]*(?:=|\bIN\b|\bANY\b)[^?$]*(?:\?|\$1)(?![^]*(?:\?|\$\d))/i;

interface Group {
  readonly subject: string;
  readonly relation: string | null;
  readonly callSite: string | null;
  readonly values: Set<unknown>;
  count: number;
}

const readsByOneValue = ({ way, mayWrite, reads, sql, values }: WatchedStatement): boolean =>
  way !== "stream" && !mayWrite && reads.length === 1 && values.length === 1 && oneValue.test(sql);

export class RepeatedReads {
  readonly #groups = new Map<string, Group>();

  /** Counts the statement where it is one of those, and gives what it is now part of: from the `threshold` on something was found. */
  add(statement: WatchedStatement, threshold: number): NPlusOne | null {
    const { relation, sql } = statement;
    const isLoad = relation !== null && relation.parents === 1;
    // Rows that belong to many at once are what a relation is to be loaded by.
    if (!isLoad && (relation !== null || !readsByOneValue(statement))) return null;
    const key = isLoad ? `${relation.model}.${relation.name}` : sql;
    const group = this.#groups.get(key) ?? this.#begin(key, statement, isLoad);
    if (group === null) return null;
    group.count++;
    if (!isLoad && group.values.size < mostValues) group.values.add(String(statement.values[0]));
    return isFound(group, threshold) ? told(group) : null;
  }

  #begin(key: string, { relation, model, reads, callSite }: WatchedStatement, isLoad: boolean): Group | null {
    if (this.#groups.size >= mostGroups) return null;
    const subject = isLoad ? key : (model ?? reads[0]!);
    const group = { subject, relation: isLoad ? relation!.name : null, callSite, values: new Set<unknown>(), count: 0 };
    this.#groups.set(key, group);
    return group;
  }

  /** What there is from `threshold` times on. */
  found(threshold: number): NPlusOne[] {
    return [...this.#groups.values()].filter((group) => isFound(group, threshold)).map(told);
  }
}

const isFound = ({ count, relation, values }: Group, threshold: number): boolean =>
  count >= threshold && (relation !== null || values.size >= threshold);

const told = ({ subject, relation, count, callSite }: Group): NPlusOne => ({
  message: `WARNING: N+1 query detected - ${subject} accessed ${count} times`,
  fix:
    relation === null
      ? `Read them by one statement: filter({ id__in: ids }), inBulk(ids), or with(…) where they are a relation of rows read before.`
      : `Load it for all of them at once: .with("${relation}") on the query that read them, or load(objects, "${relation}").`,
  subject,
  count,
  callSite,
});

/** The finding in full, for people. */
export const textOf = ({ message, fix, callSite }: NPlusOne): string =>
  [message, `  ${fix}`, ...(callSite === null ? [] : [`  First asked for at ${callSite}`])].join("\n");
