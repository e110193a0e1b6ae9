/** What `import … from "petrel/migrate"` gives: the structure of a database as data, and the way from one structure to another. */
export { introspect, type IntrospectOptions } from "../migrate/introspect.ts";
export { canonical } from "../migrate/canonical.ts";
export { compare, type CompareOptions } from "../migrate/compare.ts";
export { diff } from "../migrate/diff.ts";
export { generateModels, type GeneratedModels } from "../migrate/generate-models.ts";
export { render } from "../migrate/render.ts";
export { irreversible, reverse } from "../migrate/reverse.ts";
export { inTransactions, runStatements, withForeignKeysOff, type MigrationConnection } from "../migrate/run.ts";
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
