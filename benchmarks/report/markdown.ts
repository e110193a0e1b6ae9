/** The summary for `docs/performance.md`: a line a scenario, Petrel against the driver and the nearest and best-known others. */
import type { Measurement, Run } from "../measurement.ts";
import { petrelOf, ratioOf } from "../measurement.ts";
import { bytes, databaseName, modeName, or, ratio, time } from "./figures.ts";
import { ranked } from "./ranking.ts";
import { countOf, verdictsOfRun } from "./verdicts.ts";

const peers = {
  postgres: [
    ["pg", "pg"],
    ["postgres-js", "postgres.js"],
    ["drizzle-pg-prepared", "Drizzle prepared"],
    ["drizzle-pg", "Drizzle"],
    ["kysely", "Kysely"],
    ["prisma", "Prisma"],
    ["typeorm", "TypeORM"],
    ["mikro-orm", "MikroORM"],
    ["sequelize", "Sequelize"],
  ],
  sqlite: [
    ["better-sqlite3", "better-sqlite3"],
    ["node-sqlite", "node:sqlite"],
    ["libsql", "libsql"],
    ["drizzle-sqlite-prepared", "Drizzle prepared"],
    ["kysely", "Kysely"],
    ["prisma", "Prisma"],
    ["typeorm", "TypeORM"],
    ["mikro-orm", "MikroORM"],
    ["sequelize", "Sequelize"],
  ],
} as const;

/** A whole-free cell: what Petrel takes by what the other takes, below 1 where Petrel is faster. */
const lineOf = (measurement: Measurement): string | null => {
  const petrel = petrelOf(measurement);
  if (petrel === null) return null;
  const own = ranked(measurement).find(({ found }) => found === petrel)!;
  const cells = peers[measurement.database].map(([id]) => {
    const peer = measurement.found.find((found) => found.id === id);
    return peer === undefined ? "–" : or(ratioOf(petrel, peer), ratio);
  });
  return `| ${measurement.title} | ${petrel.kept === null ? time(own.value) : bytes(own.value)} | ${cells.join(" | ")} |`;
};

const tableOf = (run: Run, database: Measurement["database"], mode: Measurement["mode"]): string[] => {
  const lines = run.measurements.filter((each) => each.database === database && each.mode === mode).flatMap((each) => lineOf(each) ?? []);
  if (lines.length === 0) return [];
  const names = peers[database].map(([, name]) => name);
  return [
    `### ${databaseName[database]}, ${modeName[mode]}`,
    "",
    `| | Petrel | ${names.join(" | ")} |`,
    `|---|${"---|".repeat(names.length + 1)}`,
    ...lines,
    "",
  ];
};

const goalLines = (run: Run): string[] => {
  const parts = verdictsOfRun(run);
  if (parts.length === 0) return [];
  const { met, all } = countOf(parts);
  const tables = parts.flatMap(({ heading, verdicts }) => [
    `**${heading}**`,
    "",
    "| | | target: at most | found | |",
    "|---|---|---|---|---|",
    ...verdicts.map(
      ({ title, what, most, found, isMet }) => `| ${title} | ${what} | ${most} | ${found} | ${isMet ? "met" : "**missed**"} |`,
    ),
    "",
  ]);
  return [`### Targets: ${met} of ${all} met`, "", ...tables];
};

const [begin, end] = ["<!-- npm run bench -- --docs: begin -->", "<!-- npm run bench -- --docs: end -->"];

/** A page with the summary between its two marks, in place of what stood there. Throws where a mark is missing. */
export const withSummary = (page: string, summary: string): string => {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`The page has no place for the summary: ${begin} and ${end}.`);
  return `${page.slice(0, from + begin.length)}\n\n${summary.trim()}\n\n${page.slice(to)}`;
};

export const markdownSummary = (run: Run): string => {
  const { machine, takenAt, commit, versions, databases, pace, rounds, absent } = run;
  const parts = (["postgres", "sqlite"] as const).flatMap((database) =>
    (["pinned", "free", "delay"] as const).flatMap((mode) => tableOf(run, database, mode)),
  );
  return [
    `${takenAt.slice(0, 10)}, commit ${commit}, ${pace} run of ${rounds} rounds on ${machine.processor} × ${machine.cores}, ${machine.system}. ${Object.values(databases).join("; ")}.`,
    `Versions: ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}.${absent.length === 0 ? "" : ` Absent: ${absent.map(({ name, reason }) => `${name} (${reason})`).join("; ")}.`}`,
    "",
    "The column Petrel is a median; the others are Petrel's time by theirs, the median of the ratios within a round: below 1 Petrel is faster. A dash: the library does not do it, or failed.",
    "",
    ...goalLines(run),
    ...parts,
  ].join("\n");
};
