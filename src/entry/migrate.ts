/** What `import … from "petrel/migrate"` gives: the structure of a database as data, and the way from one structure to another. */
export { introspect, type IntrospectOptions } from "../migrate/structure/introspect.ts";
export { canonical } from "../migrate/structure/canonical.ts";
export { compare, type CompareOptions } from "../migrate/structure/compare.ts";
export { diff } from "../migrate/diff/diff.ts";
export { generateModels, type GeneratedModels } from "../migrate/generate/generate-models.ts";
export { render } from "../migrate/render.ts";
export { irreversible, reverse } from "../migrate/diff/reverse.ts";
export { inTransactions, runStatements, withForeignKeysOff, type MigrationConnection } from "../migrate/run.ts";
export { batched, defineMigration, run, statement } from "../migrate/migration.ts";
export type { BatchedStep, Cursor, MigrationContext, MigrationDefinition, RunStep, SqlStep, Step } from "../migrate/migration.ts";
export { readAnswers } from "../migrate/answers.ts";
export { readMigrations } from "../migrate/files/migration-file.ts";
export { makeMigration, unwrittenChanges, type MakeOptions, type ModelOptions } from "../migrate/files/make-migration.ts";
export { planMigrations, planRollback } from "../migrate/apply/plan-migrations.ts";
export { applyMigrations, rollbackMigrations, stampMigrations } from "../migrate/apply/runner.ts";
export { squashMigrations, type SquashOptions } from "../migrate/files/squash-migrations.ts";
export { findDrift, migrationStatus } from "../migrate/apply/migration-status.ts";
export { findUnmanaged, type UnmanagedChange, type UnmanagedObject } from "../migrate/structure/unmanaged.ts";
export { migrationHistory } from "../migrate/apply/history.ts";
export { lintMigrations, type LintOptions } from "../migrate/effects/lint-migrations.ts";
export type {
  Drift,
  FolderOptions,
  HistoryEntry,
  LintFinding,
  LintPolicy,
  MakeOutcome,
  Migration,
  MigrationConflict,
  MigrationGraph,
  MigrationPlan,
  MigrationReference,
  MigrationStatus,
  PlannedMigration,
  PlannedStep,
  PlanOptions,
  RollbackTarget,
  RunOptions,
  RunReport,
  StepReport,
} from "../migrate/migration-plan.ts";
export { snapshot } from "../migrate/structure/snapshot.ts";
export type {
  Answers,
  Change,
  Commented,
  DdlStatement,
  Dropped,
  EnumColumn,
  LockLevel,
  Plan,
  Question,
  RebuildTable,
  Rename,
} from "../schema/change.ts";
export type {
  CheckSnapshot,
  ColumnSnapshot,
  ConstraintSnapshot,
  Deferrable,
  EnumSnapshot,
  ExclusionSnapshot,
  ForeignKeySnapshot,
  IndexSnapshot,
  IndexTerm,
  ObjectName,
  PrimaryKeySnapshot,
  Snapshot,
  TableSnapshot,
  TriggerSnapshot,
  UniqueSnapshot,
  ViewSnapshot,
} from "../schema/snapshot.ts";
