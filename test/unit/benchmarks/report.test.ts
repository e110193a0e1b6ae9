import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseCommandLine } from "../../../benchmarks/command-line.ts";
import { contenders as petrelContenders } from "../../../benchmarks/contenders/petrel.ts";
import { goals } from "../../../benchmarks/goals.ts";
import { driverOf, petrelOf, ratioOf, summaryOf } from "../../../benchmarks/measurement.ts";
import type { Found, Measurement, Run } from "../../../benchmarks/measurement.ts";
import { chart } from "../../../benchmarks/report/chart.ts";
import { bytes, time } from "../../../benchmarks/report/figures.ts";
import { htmlReport } from "../../../benchmarks/report/html.ts";
import { markdownSummary, withSummary } from "../../../benchmarks/report/markdown.ts";
import { ranked } from "../../../benchmarks/report/ranking.ts";
import { textTable } from "../../../benchmarks/report/text.ts";
import { verdictsOf, verdictsOfRun } from "../../../benchmarks/report/verdicts.ts";
import { namedScenarios, scenarios } from "../../../benchmarks/scenarios.ts";

const found = (id: string, times: readonly number[], more: Partial<Found> = {}): Found => ({
  id,
  name: id,
  group: id.startsWith("petrel") ? "petrel" : "driver",
  failure: null,
  times,
  cpu: times.map((each) => each / 2),
  callsPerRound: 1,
  roundTrips: null,
  bytesOut: null,
  bytesIn: null,
  peakMemory: null,
  kept: null,
  ...more,
});

const measurement = (...all: readonly Found[]): Measurement => ({
  scenario: "by-id",
  title: "One row by primary key",
  unit: "call",
  database: "postgres",
  mode: "free",
  found: all,
});

const run = (...measurements: readonly Measurement[]): Run => ({
  format: "petrel-results-1",
  takenAt: "2026-01-02T03:04:05.000Z",
  commit: "abc1234",
  pace: "full",
  rounds: 3,
  isIsolated: true,
  machine: { processor: "A processor", cores: 2, memory: 8e9, system: "Linux 6" },
  versions: { node: "24.0.0", pg: "8.0.0" },
  databases: { postgres: "PostgreSQL 18, fsync off" },
  absent: [{ name: "prisma on postgres", reason: "not installed" }],
  measurements,
});

describe("what rounds say", () => {
  test("is the median, the spread and the processor's time", () => {
    assert.deepEqual(summaryOf(found("pg", [30, 10, 20, 40])), {
      median: 25,
      min: 10,
      p95: 40,
      quartiles: [10, 30],
      standardDeviation: Math.sqrt(500 / 3),
      cpu: 12.5,
    });
    assert.equal(summaryOf(found("pg", [])), null);
  });

  test("compares within rounds: a machine that slows both down changes nothing", () => {
    assert.equal(ratioOf(found("petrel-engine", [10, 1000, 20]), found("pg", [20, 2000, 40])), 0.5);
    assert.equal(ratioOf(found("petrel-engine", []), found("pg", [1])), null);
    assert.equal(ratioOf(found("a", [], { kept: 100 }), found("b", [], { kept: 400 })), 0.25);
  });

  test("takes Petrel's engine, otherwise its session, and passes over those without figures", () => {
    const both = measurement(found("petrel-session", [1]), found("petrel-engine", [2]), found("pg", [], { failure: "broken" }));
    assert.equal(petrelOf(both)?.id, "petrel-engine");
    assert.equal(petrelOf(measurement(found("petrel-engine", []), found("petrel-session", [1])))?.id, "petrel-session");
    assert.equal(driverOf(both), null);
  });

  test("is ranked by the median, with ratios to the driver and to Petrel", () => {
    const rows = ranked(measurement(found("pg", [40, 40]), found("petrel-engine", [20, 20]), found("broken", [], { failure: "no" })));
    assert.deepEqual(
      rows.map(({ found: { id }, value, toDriver, toPetrel }) => [id, value, toDriver, toPetrel]),
      [
        ["petrel-engine", 20, 0.5, 1],
        ["pg", 40, 1, 2],
      ],
    );
  });
});

describe("figures", () => {
  test("have the unit that a person would choose", () => {
    assert.deepEqual([0.0123, 1.5, 123.4, 1234, 123_456, 2_500_000].map(time), [
      "12 ns",
      "1.5 µs",
      "123 µs",
      "1.23 ms",
      "123 ms",
      "2.50 s",
    ]);
    assert.deepEqual([12, 20_480, 3_145_728].map(bytes), ["12 B", "20 KB", "3.0 MB"]);
  });
});

describe("a plot", () => {
  const rows = (...values: readonly number[]) => ranked(measurement(...values.map((value, index) => found(`c${index}`, [value, value]))));

  test("has bars from zero on a linear scale while the short ones can be seen", () => {
    const svg = chart(rows(10, 20, 100), "title", time)!;
    assert.equal(svg.match(/<rect /g)?.length, 3);
    assert.ok(!svg.includes("logarithmic"));
  });

  test("has points on a logarithmic scale that says so, where they would not", () => {
    const svg = chart(rows(1, 10, 1000), "title", time)!;
    assert.equal(svg.match(/<circle /g)?.length, 3);
    assert.ok(!svg.includes("<rect ") && svg.includes("logarithmic scale"));
  });

  test("escapes names, and is nothing of nothing", () => {
    const svg = chart(ranked(measurement(found("<b>&", [1]))), "title", time)!;
    assert.ok(svg.includes("&lt;b&gt;&amp;") && !svg.includes("<b>"));
    assert.equal(chart([], "title", time), null);
  });
});

describe("the reports", () => {
  const whole = run(
    measurement(
      found("petrel-engine", [20, 22], { roundTrips: 1 }),
      found("pg", [40, 44], { roundTrips: 1 }),
      found("kysely", [], { failure: "Its result is not that of pg." }),
    ),
  );

  test("show ratios, failures, absences, machine and versions, and load nothing from anywhere", () => {
    const page = htmlReport(whole);
    for (const part of [
      "0.50",
      "Its result is not that of pg.",
      "prisma on postgres (not installed)",
      "A processor, 2 cores",
      "pg 8.0.0",
      "abc1234",
      "<svg",
    ]) {
      assert.ok(page.includes(part), part);
    }
    assert.doesNotMatch(page, /(?:src|href)="(?!#)|url\(|@import|<script/);
  });

  test("warn of runs whose figures mean little", () => {
    assert.ok(!htmlReport(whole).includes('class="warning"'));
    assert.ok(htmlReport({ ...whole, pace: "smoke" }).includes("its figures mean nothing"));
  });

  test("have a summary with a line for each scenario", () => {
    const summary = markdownSummary(whole);
    assert.match(summary, /### PostgreSQL, all cores/);
    assert.match(summary, /^\| One row by primary key \| 21\.0 µs \| 0\.50 × \| – \|/m);
    assert.match(summary, /Absent: prisma on postgres \(not installed\)/);
  });

  test("put the summary between its marks, in place of the one before, and nowhere else", () => {
    const page = "above\n\n<!-- npm run bench -- --docs: begin -->\nold\n<!-- npm run bench -- --docs: end -->\n\nbelow\n";
    const once = withSummary(page, "new\n");
    assert.equal(once, "above\n\n<!-- npm run bench -- --docs: begin -->\n\nnew\n\n<!-- npm run bench -- --docs: end -->\n\nbelow\n");
    assert.equal(withSummary(once, "new\n"), once);
    assert.throws(() => withSummary("no marks", "new"), /The page has no place for the summary/);
  });

  test("have a table for the terminal, failures below it", () => {
    const lines = textTable(whole.measurements[0]!, true).trim().split("\n");
    assert.match(lines[0]!, /^One row by primary key \[by-id\], PostgreSQL, all cores, per call$/);
    assert.match(lines[2]!, /^petrel-engine .* 21\.0 µs .* 0\.50 × +1\.00 ×$/);
    assert.match(lines[4]!, /^kysely +failed: Its result is not that of pg\.$/);
  });
});

describe("goals", () => {
  const pinned = {
    ...measurement(found("petrel-engine", [14, 14]), found("petrel-driver", [12, 12]), found("pg", [20, 20])),
    mode: "pinned",
  } as const;
  const line = (each: Measurement) => verdictsOf(each).map(({ what, found: value, most, isMet }) => [what, value, most, isMet]);

  test("are met or missed, with what was found; those whose opponent is not there are not mentioned", () => {
    assert.deepEqual(line(pinned), [
      ["petrel-engine / pg", "0.70 ×", "0.65 ×", false],
      ["petrel-engine / petrel-driver, client CPU more", "1.0 µs", "3.0 µs", true],
    ]);
  });

  test("are for the mode that they name, and for contenders with figures", () => {
    assert.deepEqual(line({ ...pinned, mode: "free" }), []);
    assert.deepEqual(line({ ...pinned, found: [found("petrel-engine", [], { failure: "broken" }), found("pg", [1])] }), []);
  });

  test("against several take the best of them, and limits of memory or processor need no opponent", () => {
    const many = {
      ...pinned,
      scenario: "concurrent-64",
      found: [found("petrel-engine", [2, 2]), found("kysely", [40, 40]), found("prisma", [20, 20])],
    };
    assert.deepEqual(line(many), [
      ["petrel-engine / prisma", "0.10 ×", "0.14 ×", true],
      ["petrel-engine, client CPU", "1.0 µs", "1.2 µs", true],
    ]);
    const kept = {
      ...pinned,
      scenario: "memory-connections",
      mode: "free" as const,
      found: [found("petrel-engine", [], { kept: 20_480 })],
    };
    assert.deepEqual(line(kept), [["petrel-engine, kept", "20 KB", "16 KB", false]]);
  });

  test("stand in the table, the page and the summary, but not after a smoke run", () => {
    const whole = run(pinned);
    assert.match(textTable(pinned, true), /missed {2}petrel-engine \/ pg: 0\.70 × \(target: at most 0\.65 ×\)/);
    assert.doesNotMatch(textTable(pinned, false), /missed/);
    assert.match(markdownSummary(whole), /### Targets: 1 of 2 met\n\n\*\*PostgreSQL, client and server on one core\*\*/);
    assert.match(markdownSummary(whole), /\| One row by primary key \| petrel-engine \/ pg \| 0\.65 × \| 0\.70 × \| \*\*missed\*\* \|/);
    assert.match(htmlReport(whole), /<h2>Targets: 1 of 2 met<\/h2>[^]*<td class="missed">missed<\/td>/);
    const smoke = { ...whole, pace: "smoke" };
    assert.deepEqual(verdictsOfRun(smoke), []);
    assert.doesNotMatch(htmlReport(smoke) + markdownSummary(smoke), /Targets:|missed</);
  });

  test("are about scenarios and contenders of Petrel that there are", () => {
    for (const { scenario, database, own, figure } of goals) {
      const named = scenarios.find(({ name }) => name === scenario);
      assert.ok(named !== undefined && named.databases.includes(database), `${scenario} on ${database}`);
      assert.equal(named.kind === "memory", figure === "kept", scenario);
      const ids = petrelContenders(database).map(({ id }) => id);
      for (const id of own) assert.ok(ids.includes(id), `${id} on ${database}`);
    }
  });
});

describe("the command line", () => {
  const parse = (...args: string[]) => parseCommandLine(args, new Date("2026-01-02T03:04:05Z"));

  test("measures everything without a word", () => {
    assert.deepEqual(parse(), {
      scenarios: [],
      databases: ["postgres", "sqlite"],
      contenders: [],
      modes: null,
      pace: "full",
      rounds: null,
      isTogether: false,
      out: "benchmarks/results/2026-01-02T0304",
      isForDocs: false,
      report: null,
    });
  });

  test("takes scenarios, databases, contenders and modes", () => {
    const { scenarios, databases, contenders, modes, pace, out } = parse(
      "by-id",
      "--db",
      "sqlite",
      "--only",
      "petrel,pg",
      "--mode",
      "delay",
      "--quick",
      "--print",
    );
    assert.deepEqual(
      { scenarios, databases, contenders, modes, pace, out },
      {
        scenarios: ["by-id"],
        databases: ["sqlite"],
        contenders: ["petrel", "pg"],
        modes: ["delay"],
        pace: "quick",
        out: null,
      },
    );
  });

  test("does not put several copies of SQLite into one process", () => {
    assert.throws(() => parse("--together"), /--together is for --db postgres: several copies of SQLite/);
    assert.equal(parse("--together", "--db", "postgres").isTogether, true);
  });

  test("refuses what it does not know, and says what there is", () => {
    assert.throws(() => parse("--fast"), /There is no option --fast\.[^]*--quick/);
    assert.throws(() => parse("--db", "oracle"), /--db is one of postgres, sqlite/);
    assert.throws(() => parse("--rounds", "0"), /whole number of at least 1/);
    assert.throws(() => parse("--only"), /--only needs a value/);
    assert.throws(() => namedScenarios(["by-name"]), /There is no scenario 'by-name'. There are: .*by-id/);
  });

  test("knows groups of scenarios", () => {
    assert.deepEqual(
      namedScenarios(["eager"]).map(({ name }) => name),
      ["eager-select", "eager-join"],
    );
    // The words that docs and habits have.
    for (const word of ["rows", "building", "inserts", "memory", "insert", "bulk", "concurrent", "idle-connections", "cold", "dates"])
      assert.ok(namedScenarios([word]).length > 0, word);
    assert.deepEqual(parse("postgres", "insert", "bulk").databases, ["postgres"]);
  });
});
