/** Pages of a result: by their number, or by where the page before ended. */
import { ConfigurationError } from "../../base/errors.ts";
import { describe } from "../../types/column-type.ts";
import type { CallLimit } from "../../engine/call-limit.ts";

export interface PageOptions extends CallLimit {
  /** From 1. */
  readonly page: number;
  readonly perPage: number;
}

/** One page, and how many there are. */
export interface Page<Row> {
  readonly items: Row[];
  readonly page: number;
  readonly perPage: number;
  /** How many rows there are on all pages. */
  readonly total: number;
  /** How many pages there are; 0 without rows. */
  readonly pages: number;
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
}

export interface CursorPageOptions extends CallLimit {
  /** How many rows a page has at most. */
  readonly limit: number;
}

/** One page of a keyset. */
export interface CursorPage<Row> {
  readonly items: Row[];
  /** What `pageAfter` takes for the next page; `null` on the last one. */
  readonly next: string | null;
}

/** A number from 1, or an error: what comes from a URL is a string, and must not be taken for one. */
export const fromOne = (given: unknown, use: string, name: string): number => {
  if (typeof given === "number" && Number.isSafeInteger(given) && given >= 1) return given;
  throw new ConfigurationError(`${use} takes ${name} as a whole number from 1, not ${given === 0 ? "0" : describe(given)}.`);
};

export const pageOf = <Row>(items: Row[], total: number, page: number, perPage: number): Page<Row> => {
  const pages = Math.ceil(total / perPage);
  return { items, page, perPage, total, pages, hasNext: page < pages, hasPrevious: page > 1 && pages > 0 };
};
