/** What `npm run bench` was asked for. */
import type { Pace } from "./field-run.ts";
import type { Mode } from "./measurement.ts";
import type { DatabaseKind } from "./target.ts";

export interface Wanted {
  /** Names of scenarios and of groups; none means all. */
  readonly scenarios: readonly string[];
  readonly databases: readonly DatabaseKind[];
  /** Beginnings of contenders' ids; none means all. */
  readonly contenders: readonly string[];
  /** Null without a word about it: what the pace takes. */
  readonly modes: readonly Mode[] | null;
  readonly pace: Pace["name"];
  readonly rounds: number | null;
  /** One process for all contenders. */
  readonly isTogether: boolean;
  /** Where results go; null only prints. */
  readonly out: string | null;
  /** Whether the summary goes into docs/performance.md, too. */
  readonly isForDocs: boolean;
  /** Makes the reports of results that are there. */
  readonly report: string | null;
}

export const help = `npm run bench -- [scenarios…] [options]

  --db postgres|sqlite       one database instead of both
  --only petrel,pg,kysely    contenders whose id begins so
  --mode free,pinned,delay   client and server on all cores, on one core, behind 1 ms; PostgreSQL is measured free and pinned without this, and with --quick on one core, and free where a target asks for it
  --quick                    shorter rounds, and unless others are named the scenarios that targets speak of and one way of each library: ten to fifteen minutes on two cores
  --smoke                    a call or two of everything: does it work?
  --rounds 31                counted rounds
  --together                 all contenders in one process; with --db postgres
  --out folder               where results.json, report.html and summary.md go (benchmarks/results/<date>)
  --print                    only prints
  --docs                     the summary goes into docs/performance.md, too
  --report results.json      makes the pages of results that are there
  --list                     scenarios and contenders`;

const fail = (message: string): never => {
  throw new Error(`${message}\n\n${help}`);
};

const oneOf = <T extends string>(words: readonly T[], option: string, given: string): T =>
  words.find((word) => word === given) ?? fail(`${option} is one of ${words.join(", ")}.`);

export const parseCommandLine = (args: readonly string[], now: Date): Wanted => {
  const rest = [...args];
  const scenarios: string[] = [];
  let databases: readonly DatabaseKind[] = ["postgres", "sqlite"];
  let [contenders, modes]: [readonly string[], readonly Mode[] | null] = [[], null];
  let pace: Pace["name"] = "full";
  let [rounds, isTogether, isForDocs, report]: [number | null, boolean, boolean, string | null] = [null, false, false, null];
  let out: string | null = `benchmarks/results/${now.toISOString().slice(0, 16).replaceAll(":", "")}`;
  const value = (option: string): string => {
    const given = rest.shift();
    return given === undefined || given.startsWith("--") ? fail(`${option} needs a value.`) : given;
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--db") databases = [oneOf(["postgres", "sqlite"], word, value(word))];
    else if (word === "--only") contenders = value(word).split(",");
    else if (word === "--mode")
      modes = value(word)
        .split(",")
        .map((mode) => oneOf(["free", "pinned", "delay"], "--mode", mode));
    else if (word === "--quick" || word === "--smoke") pace = word === "--quick" ? "quick" : "smoke";
    else if (word === "--rounds") {
      rounds = Number(value(word));
      if (!Number.isSafeInteger(rounds) || rounds < 1) fail("--rounds is a whole number of at least 1.");
    } else if (word === "--together") isTogether = true;
    else if (word === "--docs") isForDocs = true;
    else if (word === "--out") out = value(word);
    else if (word === "--print") out = null;
    else if (word === "--report") report = value(word);
    else if (word === "postgres" || word === "sqlite") databases = [word];
    else if (word.startsWith("--")) fail(`There is no option ${word}.`);
    else scenarios.push(word);
  }
  // Each library brings its own SQLite, and two of them in one process take each other's locks on a file away.
  if (isTogether && databases.includes("sqlite"))
    fail("--together is for --db postgres: several copies of SQLite in one process spoil the file.");
  return { scenarios, databases, contenders, modes, pace, rounds, isTogether, out, isForDocs, report };
};
