/** The benchmarks run: on what comes with Node, since the libraries that Petrel is compared with are not installed for tests. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Run } from "../../benchmarks/measurement.ts";
import { root, scratchFolder, unlessAll } from "../scratch.ts";

test("a smoke run measures Petrel beside node:sqlite, finds the same results, and writes its pages", { skip: unlessAll }, () => {
  const out = scratchFolder("benchmarks");
  const args = [
    "by-id",
    "bulk-100",
    "eager-select",
    "json",
    "memory-stream",
    "--db",
    "sqlite",
    "--smoke",
    "--only",
    "petrel-engine,petrel-session,node-sqlite",
  ];
  const ran = spawnSync(process.execPath, ["--expose-gc", join(root, "benchmarks", "run.ts"), ...args, "--out", out], { encoding: "utf8" });
  assert.equal(ran.status, 0, ran.stderr);
  // Written by the program above.
  const { measurements, absent, pace } = JSON.parse(readFileSync(join(out, "results.json"), "utf8")) as Run;
  const withFigures = measurements.map(({ scenario, found }) => [
    scenario,
    found.filter(({ failure, times, kept }) => failure === null && times.length === (kept === null ? 2 : 0)).map(({ id }) => id),
  ]);
  assert.deepEqual(withFigures, [
    ["by-id", ["petrel-engine", "petrel-session", "node-sqlite"]],
    ["bulk-100", ["petrel-session", "node-sqlite"]],
    ["eager-select", ["petrel-engine", "petrel-session", "node-sqlite"]],
    ["json", ["petrel-engine", "node-sqlite"]],
    ["memory-stream", ["petrel-engine", "node-sqlite"]],
  ]);
  // 100,000 rows that stayed would take 15 MB.
  for (const { kept, id } of measurements.at(-1)!.found) assert.ok(kept! < 2_000_000, `${id} keeps ${kept} bytes of a stream`);
  assert.deepEqual({ absent, pace }, { absent: [], pace: "smoke" });
  assert.match(readFileSync(join(out, "report.html"), "utf8"), /its figures mean nothing/);
  assert.match(readFileSync(join(out, "summary.md"), "utf8"), /\| One row by primary key \|/);
});
