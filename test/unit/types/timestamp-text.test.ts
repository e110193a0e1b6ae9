import assert from "node:assert/strict";
import { test } from "node:test";
import { timestampAsText } from "../../../src/types/timestamp.ts";

const encode = timestampAsText.encode as (value: Date) => string;
const decode = timestampAsText.decode as (stored: string) => Date;
const dayMs = 86_400_000;

/** The same text, made from what JavaScript itself says. */
const byIso = (time: Date): string => {
  const iso = time.toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, iso.endsWith(".000Z") ? 19 : 23)}`;
};

test("a day of every month, and every day around leap days, from year 0 to 9999 is written as JavaScript writes it, and read back", () => {
  for (let year = 0; year < 10_000; year++) {
    for (const [month, day] of [
      [0, 1],
      [1, 28],
      [1, 29],
      [2, 1],
      [year % 12, 1 + (year % 28)],
      [11, 31],
    ] as const) {
      const time = new Date(Date.UTC(2000, month, day, year % 24, year % 60, (year * 7) % 60, (year * 13) % 1000));
      time.setUTCFullYear(year);
      assert.equal(encode(time), byIso(time));
      assert.equal(decode(encode(time)).getTime(), time.getTime());
    }
  }
});

test("times of day are written to the millisecond, before 1970 as after it", () => {
  for (const start of [-dayMs, 0, Date.UTC(2026, 1, 28)]) {
    for (let ms = 0; ms < dayMs; ms += 4_999) assert.equal(encode(new Date(start + ms)), byIso(new Date(start + ms)));
    assert.equal(encode(new Date(start + dayMs - 1)), byIso(new Date(start + dayMs - 1)));
  }
});

test("the first and the last millisecond of the years 0 to 9999 are written, and those beyond are refused", () => {
  const [first, last] = [Date.parse("0000-01-01T00:00:00.000Z"), Date.parse("9999-12-31T23:59:59.999Z")];
  assert.equal(encode(new Date(first)), "0000-01-01 00:00:00");
  assert.equal(encode(new Date(last)), "9999-12-31 23:59:59.999");
  for (const time of [first - 1, last + 1]) assert.throws(() => encode(new Date(time)), /between the years 0 and 9999/);
});
