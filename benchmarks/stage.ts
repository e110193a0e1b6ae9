/** Where a contender stands while it is measured: in this process (`local-stage.ts`), in one of its own (`process-stage.ts`), or as a program in another language (`programs.ts`). */
import type { Target } from "./target.ts";

export interface Round {
  /** Microseconds of all calls. */
  readonly time: number;
  /** Microseconds of this process's processors. */
  readonly cpu: number;
  readonly sum: number;
}

export interface Stage {
  /** Of the process that does the work, once it has entered. */
  readonly pid: number;
  /** Opens the contender on the target; false when it cannot do this scenario. */
  enter(scenario: string, target: Target): Promise<boolean>;
  round(calls: number, firstIndex: number): Promise<Round>;
  /** Bytes that stay, per unit, when the garbage is gone. */
  hold(): Promise<number>;
  /** The most memory that the process ever had, in bytes. */
  peakMemory(): Promise<number>;
  leave(): Promise<void>;
  /** Ends the process, where it is one of its own. */
  end(): Promise<void>;
}
