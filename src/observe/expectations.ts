/** What tests say of queries: how many there are, and that none is asked once per row. */
import { ConfigurationError, NPlusOneDetected, UnexpectedQueries } from "../base/errors.ts";
import { collecting } from "./collecting.ts";
import { RepeatedReads, textOf, usualThreshold } from "./n-plus-one.ts";
import { shortened } from "./shortened.ts";

/**
 * Runs `work`, and throws `UnexpectedQueries`, which lists them, unless it sends exactly `count` statements. BEGIN and COMMIT are none.
 *
 *     const posts = await expectQueries(2, () => engine.query(Post).with("comments").all());
 */
export const expectQueries = async <T>(count: number, work: () => T | Promise<T>): Promise<T> => {
  if (!Number.isSafeInteger(count) || count < 0)
    throw new ConfigurationError("expectQueries() takes a number of queries, from 0 on, and the work.");
  const texts: string[] = [];
  const result = await collecting(({ sql }) => (texts.push(sql), null), work);
  if (texts.length === count) return result;
  const list = texts.map((sql, index) => `\n  ${index + 1}. ${shortened(sql)}`).join("");
  throw new UnexpectedQueries(
    `${count} ${count === 1 ? "query was" : "queries were"} expected, and ${texts.length} sent${list === "" ? "." : `:${list}\n`}`,
  );
};

/**
 * Runs `work`, and throws `NPlusOneDetected` when it loads a relation object by object, or reads rows one by one, `threshold` times: 3 unless said.
 *
 *     await noNPlusOne(() => renderPage());
 */
export const noNPlusOne = async <T>(
  work: () => T | Promise<T>,
  { threshold = usualThreshold }: { readonly threshold?: number | undefined } = {},
): Promise<T> => {
  const reads = new RepeatedReads();
  const result = await collecting((statement) => (reads.add(statement, threshold), null), work);
  const found = reads.found(threshold);
  if (found.length > 0) throw new NPlusOneDetected(found.map(textOf).join("\n"));
  return result;
};
