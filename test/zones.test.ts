/**
 * A program's time zone changes no value: what is said about values, dates and times holds in processes that begin in other zones, one half an hour off and
 * with summer time, one that once left out a day.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { root, unlessAll } from "./scratch.ts";

const files = [
  "test/unit/types/round-trip.test.ts",
  "test/unit/types/timestamp-text.test.ts",
  "test/unit/driver/postgres/codec/round-trips.test.ts",
  "test/unit/driver/postgres/codec/server-values.test.ts",
  "test/bugs/timestamp-without-zone.test.ts",
  "test/sqlite/dialect-values.test.ts",
  "test/sqlite/values.test.ts",
  "test/postgres/values.test.ts",
  // Functions of dates, among much else that takes long.
  ...(unlessAll === false ? ["test/sqlite/sql.test.ts", "test/postgres/sql.test.ts"] : []),
];

/** The first one in every run. */
const zones = ["America/St_Johns", "UTC", "Asia/Kolkata", "Pacific/Apia"];

const run = (zone: string, signal: AbortSignal): Promise<{ readonly status: number; readonly output: string }> =>
  new Promise((resolve) => {
    const { NODE_TEST_CONTEXT: _, PETREL_TEST_ALL: __, ...environment } = process.env;
    const flags = ["--test", "--test-concurrency=2", "--test-reporter=tap"];
    const options = { cwd: root, env: { ...environment, TZ: zone }, maxBuffer: 2 ** 28, signal };
    execFile(process.execPath, [...flags, ...files], options, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : 1, output: stdout + stderr }),
    );
  });

describe("the time zone of the program", { timeout: 240_000 }, () => {
  for (const zone of zones) {
    it(`${zone} changes nothing`, { skip: zone === zones[0] ? false : unlessAll }, async ({ signal }) => {
      const { status, output } = await run(zone, signal);
      const failures = output.split("\n").filter((line) => /^\s*not ok|^\s+error:/.test(line));
      assert.equal(status, 0, failures.length > 0 ? failures.join("\n") : output.slice(-2000));
      assert.match(output, new RegExp(`^# Subtest: every value comes back as it went on .*, in ${zone}$`, "m"));
      assert.match(output, /^# pass [1-9]/m);
    });
  }
});
