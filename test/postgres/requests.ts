/** Requests in few words, for the tests of the driver. */
import type { BoundValue } from "../../src/base/bound-value.ts";
import type { Request } from "../../src/driver/driver.ts";

type More = Partial<Request>;

export const read = (text: string, values: readonly BoundValue[] = [], more: More = {}): Request => ({
  text,
  values,
  writes: false,
  bigints: false,
  batched: false,
  ...more,
});

export const write = (text: string, values: readonly BoundValue[] = [], more: More = {}): Request => ({
  ...read(text, values, more),
  writes: true,
});
