/** What a step does: what its text says, and what was written beside it. */
import type { Snapshot } from "../../schema/snapshot.ts";
import { everything, nothing } from "./effect.ts";
import type { Effects } from "./effect.ts";
import { effectsOf } from "./effects.ts";
import type { Step } from "../migration.ts";
import type { PlannedStep } from "../migration-plan.ts";

/** A step in TypeScript may touch everything; what it loses it does by statements that nobody sees before. */
export const effectsOfStep = (step: Step, dialect: Snapshot["dialect"]): Effects => {
  if (step.kind !== "sql") return { ...nothing, touches: [everything] };
  const effects = effectsOf(step.sql, dialect);
  return {
    ...effects,
    transactional: step.transactional ?? effects.transactional,
    losesData: step.loses === undefined ? effects.losesData : step.loses,
    rewrites: step.rewrites ?? effects.rewrites,
    rules: step.loses === null ? effects.rules.filter((rule) => !rule.startsWith("drop-") && rule !== "truncate") : effects.rules,
  };
};

export const textOf = (step: Step): string => (step.kind === "sql" ? step.sql : step.name);

export const planned = (step: Step, dialect: Snapshot["dialect"]): PlannedStep => {
  const { transactional, lock, table, rewrites, scans, losesData } = effectsOfStep(step, dialect);
  return Object.freeze({ text: textOf(step), kind: step.kind, transactional, lock, table, rewrites, scans, losesData });
};
