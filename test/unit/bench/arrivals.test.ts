import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { arrivals } from "../../../src/bench/arrivals.ts";
import { nextByWeight } from "../../../src/bench/scenario-mix.ts";

describe("arrivals", () => {
  test("come at even distances", () => {
    assert.deepEqual([...arrivals({ rate: 4, rampUpMs: 0, durationMs: 1000, pattern: "even" })], [0, 250, 500, 750]);
  });

  test("come ever closer during the ramp-up, half as many as in the same time afterwards", () => {
    const times = [...arrivals({ rate: 8, rampUpMs: 1000, durationMs: 1000, pattern: "even" })];
    assert.deepEqual(
      times.map((time) => Math.round(time)),
      [0, 500, 707, 866, 1000, 1125, 1250, 1375, 1500, 1625, 1750, 1875],
    );
  });

  test("of strangers come at the rate on the average, at distances that vary as much as they are long, and the same each time", () => {
    const schedule = { rate: 1000, rampUpMs: 0, durationMs: 100_000, pattern: "poisson" } as const;
    const times = [...arrivals(schedule)];
    assert.ok(Math.abs(times.length - 100_000) < 1000, `${times.length}`);
    const distances = times.slice(1).map((time, index) => time - times[index]!);
    const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
    const deviation = Math.sqrt(distances.reduce((sum, distance) => sum + (distance - mean) ** 2, 0) / distances.length);
    assert.ok(Math.abs(deviation / mean - 1) < 0.02, `${deviation} of ${mean}`);
    assert.deepEqual([...arrivals(schedule)].slice(0, 100), times.slice(0, 100));
  });
});

describe("scenarios by weight", () => {
  test("are spread, not bunched", () => {
    const next = nextByWeight([
      { name: "a", weight: 4 },
      { name: "b", weight: 2 },
      { name: "c", weight: 1 },
    ]);
    assert.equal(Array.from({ length: 7 }, () => next().name).join(""), "abacaba");
  });
});
