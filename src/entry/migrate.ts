/** What `import … from "petrel/migrate"` gives: the structure of a database as data, and the way from one structure to another. */
export { introspect, type IntrospectOptions } from "../migrate/introspect.ts";
export { canonical } from "../migrate/canonical.ts";
export { compare, type CompareOptions } from "../migrate/compare.ts";
export { diff } from "../migrate/diff.ts";
export { generateModels, type GeneratedModels } from "../migrate/generate-models.ts";
export { render } from "../migrate/render.ts";
export { irreversible, reverse } from "../migrate/reverse.ts";
export { inTransactions, runStatements, withForeignKeysOff, type MigrationConnection } from "../migrate/run.ts";
export { batched, defineMigration, run, statement } from "../migrate/migration.ts";
export type { BatchedStep, Cursor, MigrationContext, MigrationDefinition, RunStep, SqlStep, Step } from "../migrate/migration.ts";
export { readAnswers } from "../migrate/answers.ts";
export { readMigrations } from "../migrate/migration-file.ts";
export { makeMigration, unwrittenChanges, type MakeOptions, type ModelOptions } from "../migrate/make-migration.ts";
export { planMigrations, planRollback } from "../migrate/plan-migrations.ts";
export { applyMigrations, rollbackMigrations, stampMigrations } from "../migrate/runner.ts";
export { squashMigrations, type SquashOptions } from "../migrate/squash-migrations.ts";
export { findDrift, migrationStatus } from "../migrate/migration-status.ts";
export { findUnmanaged, type UnmanagedObject } from "../migrate/unmanaged.ts";
export { migrationHistory } from "../migrate/history.ts";
export { lintMigrations, type LintOptions } from "../migrate/lint-migrations.ts";
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
export { snapshot } from "../migrate/snapshot.ts";
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
