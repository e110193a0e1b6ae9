/** Waiting for what happened, never for how long it usually takes. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits until the condition holds; fails when that takes longer than anything may take on a busy machine. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  const began = performance.now();
  while (!(await condition())) {
    assert.ok(performance.now() - began < 20_000, "what was waited for did not happen within 20 s");
    await sleep(2);
  }
};

/** A meeting of `count`: those who come wait until all are there. Who comes later, as in a second attempt, passes. */
export const meeting = (count: number): (() => Promise<void>) => {
  let missing = count;
  let open = (): void => undefined;
  const complete = new Promise<void>((resolve) => (open = resolve));
  return () => {
    if (--missing <= 0) open();
    return complete;
  };
};
