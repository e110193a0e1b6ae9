/** What may stand behind `npm start --`. */
import { parseArgs } from "node:util";
import { StoreProblem } from "./store-problem.ts";

export interface Choice {
  /** Of a PostgreSQL database; `null` for the SQLite file beside the report. */
  readonly url: string | null;
  /** Whether a database without Chinook may be filled with it. */
  readonly load: boolean;
}

const usage = `Usage:
  npm start                                            the SQLite file that comes with the example
  npm start -- --postgres                              a PostgreSQL server started for this, and taken away again
  npm start -- --url postgresql://host/database        a Chinook in your own PostgreSQL
  npm start -- --url postgresql://host/database --load  fills that database with Chinook first, if it has none`;

/** Throws `StoreProblem` for what it does not understand. */
export const readChoice = (args: readonly string[]): Choice => {
  const { url, load } = parsed(args);
  if (url === undefined && load) throw new StoreProblem(`--load says to fill the database of --url, and there is no --url.\n\n${usage}`);
  if (url !== undefined && !/^postgres(?:ql)?:\/\//i.test(url)) {
    throw new StoreProblem(`--url takes the URL of a PostgreSQL database. SQLite needs none.\n\n${usage}`);
  }
  return { url: url ?? null, load };
};

const parsed = (args: readonly string[]): { readonly url?: string | undefined; readonly load: boolean } => {
  try {
    const options = { url: { type: "string" }, load: { type: "boolean", default: false } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    // parseArgs names the argument that it stumbled over.
    throw new StoreProblem(`${(error as Error).message}\n\n${usage}`);
  }
};
