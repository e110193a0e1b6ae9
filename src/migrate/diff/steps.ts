/** The steps between two structures, collected by the phase in which they have to run. */
import type { Change } from "../../schema/change.ts";

/** In this order: what is in the way goes first, what others need comes before them. */
const phases = [
  "schemas",
  "enums",
  "drop views",
  "renames",
  "drop foreign keys",
  "drop constraints",
  "drop tables",
  "rename constraints",
  "replace enums",
  "create tables",
  "columns",
  "constraints",
  "indexes",
  "foreign keys",
  "create views",
  "comments",
  "drop enums",
  "drop schemas",
] as const;
export type Phase = (typeof phases)[number];

export class Steps {
  readonly #byPhase = new Map<Phase, Change[]>(phases.map((phase) => [phase, []]));

  add(phase: Phase, ...changes: readonly Change[]): void {
    this.#byPhase.get(phase)!.push(...changes);
  }

  addAll(other: Steps): void {
    for (const [phase, changes] of other.#byPhase) this.add(phase, ...changes);
  }

  all(): readonly Change[] {
    return Object.freeze([...this.#byPhase.values()].flat().map((change) => Object.freeze(change)));
  }
}
