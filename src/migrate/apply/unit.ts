/** Steps as they are run: those that share a transaction, a statement alone, one batched step. */
import { createHash } from "node:crypto";
import type { Snapshot } from "../../schema/snapshot.ts";
import type { Leftover } from "../effects/effect.ts";
import type { BatchedStep, RunStep, SqlStep, Step } from "../migration.ts";
import { effectsOfStep, textOf } from "../effects/step-effects.ts";

export type Unit =
  | { readonly kind: "together"; readonly steps: readonly (SqlStep | RunStep)[] }
  | { readonly kind: "alone"; readonly step: SqlStep; readonly leaves: Leftover | null }
  | { readonly kind: "batched"; readonly step: BatchedStep };

/** The unit that begins at `from`; `null` behind the last step. */
export const unitAt = (steps: readonly Step[], from: number, dialect: Snapshot["dialect"]): Unit | null => {
  const first = steps[from];
  if (first === undefined) return null;
  if (first.kind === "batched") return { kind: "batched", step: first };
  const isAlone = (step: Step): step is SqlStep => step.kind === "sql" && !effectsOfStep(step, dialect).transactional;
  if (isAlone(first)) return { kind: "alone", step: first, leaves: effectsOfStep(first, dialect).leaves };
  const together: (SqlStep | RunStep)[] = [];
  for (const step of steps.slice(from)) {
    if (step.kind === "batched" || isAlone(step)) break;
    together.push(step);
  }
  return { kind: "together", steps: together };
};

/** Names the first `count` steps: when a run goes on, they have to be what they were. */
export const prefixOf = (steps: readonly Step[], count: number): string =>
  createHash("sha256")
    .update(JSON.stringify(steps.slice(0, count).map((step) => [step.kind, textOf(step)])))
    .digest("hex");
