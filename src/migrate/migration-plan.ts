/** What migrations are when they are read, planned and reported on: plain data for programs and for the command line. */
import type { Duration } from "../config/duration.ts";
import type { Change, DdlStatement, LockLevel, Plan, Question } from "../schema/change.ts";
import type { ObjectName, Snapshot } from "../schema/snapshot.ts";
import type { Step } from "./migration.ts";
import type { UnmanagedChange, UnmanagedObject } from "./structure/unmanaged.ts";

/** A file in the folder of migrations. */
export interface Migration {
  /** SHA-256 of the file's text, in hexadecimal digits. */
  readonly id: string;
  /** The file's name without its ending. */
  readonly name: string;
  readonly file: string;
  readonly format: "sql" | "typescript";
  readonly parents: readonly MigrationReference[];
  readonly replaces: readonly MigrationReference[];
  readonly up: readonly Step[];
  /** `null` where nothing undoes it. */
  readonly down: readonly Step[] | null;
  /** The structure that the models asked for when it was made. */
  readonly structure: Snapshot | null;
}

/** `name@hash`, where the hash is the beginning of an id. */
export interface MigrationReference {
  readonly name: string;
  readonly hash: string;
}

/** Two migrations of different branches that touch the same thing, and `what` it is: "the column users.name". */
export interface MigrationConflict {
  readonly left: string;
  readonly right: string;
  readonly what: string;
}

/** All migrations of a folder. */
export interface MigrationGraph {
  /** Parents before children; among equals by name. */
  readonly migrations: readonly Migration[];
  /** Those that no other one follows: more than one where branches met and were not merged. */
  readonly heads: readonly string[];
  /** Why several heads cannot be applied after each other in any order; empty where they can. */
  readonly conflicts: readonly MigrationConflict[];
}

/** What one step does, as far as that is known. */
export interface PlannedStep {
  /** The statement, or the name of a step in TypeScript. */
  readonly text: string;
  readonly kind: Step["kind"];
  readonly transactional: boolean;
  readonly lock: LockLevel;
  readonly table: ObjectName | null;
  readonly rewrites: boolean;
  readonly scans: boolean;
  readonly losesData: string | null;
}

export interface PlannedMigration {
  readonly name: string;
  readonly id: string;
  /** How many steps ran before, in a run that did not come to its end. */
  readonly done: number;
  /** The steps that are left. */
  readonly steps: readonly PlannedStep[];
  /** Whether nothing undoes it. */
  readonly irreversible: boolean;
}

/** What a call would do, and what it needs consent for. */
export interface MigrationPlan {
  readonly direction: "apply" | "rollback";
  /** The database's name; on SQLite the file's path, or `:memory:`. */
  readonly database: string;
  readonly migrations: readonly PlannedMigration[];
  /** What is lost, one half-sentence each. With any of them a run needs `consent`. */
  readonly losses: readonly string[];
  /** Names this plan on this database: it is what consent is given to. */
  readonly hash: string;
}

export interface FolderOptions {
  /** Where the migrations are. `"migrations"` without it. */
  readonly folder?: string | undefined;
}

export interface PlanOptions extends FolderOptions {
  /** The last migration to apply, with all that come before it. Without it: all. */
  readonly to?: string | undefined;
}

export interface RollbackTarget extends FolderOptions {
  /** The migration that stays, with all before it; `null` takes back all. */
  readonly to?: string | null | undefined;
  /** How many to take back, last first. 1 without it and `to`. */
  readonly steps?: number | undefined;
}

export interface RunOptions {
  /** The `hash` of the plan whose losses are accepted. */
  readonly consent?: string | undefined;
  /** Only write down that it was done. */
  readonly fake?: boolean | undefined;
  /** Do everything in one transaction and roll it back: what cannot stand in a transaction, and what comes after it, is only listed. */
  readonly dryRun?: boolean | undefined;
  /** How long to wait for another process that migrates the same database. 10 minutes without it. */
  readonly waitForOthers?: Duration | undefined;
  /** PostgreSQL: how long a statement may wait for a table's lock, while it holds up everybody behind it. 5 seconds without it. */
  readonly lockTimeout?: Duration | undefined;
  /** How often to try again when a lock was not to be had, with growing pauses. 10 without it. */
  readonly lockRetries?: number | undefined;
  /** Schemas to look at besides the default one, and those that models are in, when the structure is written down. */
  readonly schemas?: readonly string[] | undefined;
  /** Called before each step. */
  readonly onStep?: ((step: StepReport) => void) | undefined;
}

export interface StepReport {
  readonly migration: string;
  readonly direction: "apply" | "rollback";
  /** From 1. */
  readonly step: number;
  readonly steps: number;
  readonly text: string;
  /** From 1; more where a lock was not to be had, or a batch follows a batch. */
  readonly attempt: number;
}

export interface RunReport {
  readonly plan: MigrationPlan;
  /** The migrations that this call finished, in the order in which it did. */
  readonly done: readonly string[];
  /** With `dryRun`: steps that were not tried, since they cannot be taken back. */
  readonly untried: readonly PlannedStep[];
}

/** One row of the history. */
export interface HistoryEntry {
  readonly name: string;
  readonly id: string;
  readonly parents: readonly string[];
  /** `applying` and `reverting` have begun and did not come to their end: the next run goes on. */
  readonly state: "applied" | "applying" | "reverting";
  /** How many steps are done in `applying` and `reverting`. */
  readonly step: number;
  readonly how: "run" | "fake" | "stamp" | "squash";
  /** In the order in which they came. */
  readonly position: number;
  readonly appliedAt: Date;
  readonly durationMs: number;
}

export interface MigrationStatus {
  readonly database: string;
  readonly applied: readonly HistoryEntry[];
  readonly unfinished: readonly HistoryEntry[];
  /** In the order in which they would be applied. */
  readonly pending: readonly string[];
  /** Applied, and their files say something else now. */
  readonly changed: readonly string[];
  /** Applied, and there is no file. */
  readonly missing: readonly string[];
  readonly heads: readonly string[];
  readonly conflicts: readonly MigrationConflict[];
}

/** What somebody changed by hand since the last migration. */
export interface Drift {
  /** The last migration; `null` where nothing was written down to compare with. */
  readonly since: string | null;
  /** From what the migrations left to what is there. */
  readonly changes: readonly Change[];
  readonly statements: readonly DdlStatement[];
  /** What is there and structures have no words for: its definition is compared, and no statement is made of it. */
  readonly unmanaged: readonly UnmanagedObject[];
  /** Which of these somebody added, changed or dropped. */
  readonly unmanagedChanges: readonly UnmanagedChange[];
}

/** What `makeMigration` came to. */
export type MakeOutcome =
  | {
      readonly outcome: "made";
      readonly name: string;
      readonly file: string;
      readonly text: string;
      readonly plan: Plan;
      readonly losses: readonly string[];
    }
  | { readonly outcome: "no changes" }
  /** Nothing was written: answer them, in the models (`renamedFrom`) or in `answers`. */
  | { readonly outcome: "questions"; readonly questions: readonly Question[]; readonly plan: Plan };

/** What `lintMigrations` finds about one statement. */
export interface LintFinding {
  readonly migration: string;
  /** From 1. */
  readonly step: number;
  readonly text: string;
  /** Stable, for policies: `"index-without-concurrently"`. */
  readonly rule: string;
  /** `error` where the policy forbids it. */
  readonly severity: "error" | "warning";
  readonly lock: LockLevel;
  readonly table: ObjectName | null;
  readonly rewrites: boolean;
  readonly losesData: string | null;
  /** How many rows the table has, as the database estimates, and how many bytes with its indexes. `null` without a database, and for tables that are not there. */
  readonly rows: number | null;
  readonly bytes: number | null;
  /** What will happen, in a sentence. */
  readonly message: string;
  /** The safer way, one sentence or statement per step; empty where there is none. */
  readonly instead: readonly string[];
}

export interface LintPolicy {
  /** Stronger locks than this on tables that exist are errors. */
  readonly maxLock?: LockLevel | "none" | undefined;
  /** Tables with fewer rows than this may be locked, scanned and rewritten. 0 without it. */
  readonly smallTable?: number | undefined;
  /** Rules whose findings are errors. */
  readonly forbid?: readonly string[] | undefined;
  /** Rules that are not looked at. */
  readonly ignore?: readonly string[] | undefined;
}
