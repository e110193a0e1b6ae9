/** Where in the program a statement was asked for. A stack costs microseconds, so only a sample of the statements has one, and none by default. */
import { ConfigurationError } from "../../base/errors.ts";

const ownFolder = new URL("../../", import.meta.url).href;
const deepest = 60;

let share = 0;

/** Which share of the watched statements know where they were asked for: 0, the default, for none and 1 for all. Returns the share before. */
export const sampleCallSites = (rate: number): number => {
  if (typeof rate !== "number" || !(rate >= 0 && rate <= 1))
    throw new ConfigurationError("sampleCallSites() takes a share between 0 and 1: 0.01 for one statement in a hundred.");
  const before = share;
  share = rate;
  return before;
};

/** The first line of the stack outside of Petrel and Node, as `file:line:column`; `null` where it was not sampled, or nobody outside waits for it. */
export const callSite = (): string | null => {
  if (share === 0 || (share < 1 && Math.random() >= share)) return null;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = deepest;
  const { stack = "" } = new Error("Where from?");
  Error.stackTraceLimit = limit;
  for (const line of stack.split("\n").slice(1)) {
    // Node's own modules have paths too, behind `node:`.
    const place = /(?:^|[\s(])((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*:\d+:\d+)\)?$/.exec(line)?.[1];
    if (place !== undefined && !place.startsWith(ownFolder) && !place.includes("node_modules/petrel/"))
      return place.replace(/^file:\/\//, "");
  }
  return null;
};
