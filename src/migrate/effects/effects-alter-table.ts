/** What ALTER TABLE does, action by action (PostgreSQL's manual, "ALTER TABLE"). */
import { fullName } from "../../ast/source.ts";
import type { LockLevel } from "../../schema/change.ts";
import type { ObjectName } from "../../schema/snapshot.ts";
import { everything, nothing, owned, used } from "./effect.ts";
import type { Effects } from "./effect.ts";
import type { StatementReader } from "./statement-reader.ts";

type Action = Partial<Effects>;

const strength: readonly LockLevel[] = [null, "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"];

/** Whether `a` holds up more than `b`. */
export const isStronger = (a: LockLevel, b: LockLevel): boolean => strength.indexOf(a) > strength.indexOf(b);

const constraintWords = ["CONSTRAINT", "CHECK", "FOREIGN", "UNIQUE", "PRIMARY", "EXCLUDE"];

const addConstraint = (action: StatementReader, name: string | null): Action => {
  const isForeignKey = action.has("REFERENCES");
  const isKey = action.has("UNIQUE") || action.has("PRIMARY", "KEY");
  const isFromIndex = action.has("USING", "INDEX");
  const isChecked = !action.has("NOT", "VALID") && !isFromIndex;
  const rule = isForeignKey ? "foreign-key-checked-at-once" : isKey ? "unique-builds-index" : "check-checked-at-once";
  return {
    lock: isForeignKey ? "SHARE ROW EXCLUSIVE" : "ACCESS EXCLUSIVE",
    scans: isChecked,
    touches: [...(name === null ? [] : [owned("constraint", null, name)]), ...action.references().map(used)],
    rules: isChecked ? [rule] : [],
  };
};

/** A default that calls something is computed for each row, which then is written. */
const hasComputedDefault = (action: StatementReader): boolean => {
  const rest = action.tail();
  const at = rest.findIndex((each) => each.word === "DEFAULT");
  if (at < 0) return false;
  const end = rest.findIndex(
    (each, place) => place > at && ["NOT", "CONSTRAINT", "CHECK", "REFERENCES", "UNIQUE", "COLLATE"].includes(each.word ?? ""),
  );
  return rest.slice(at, end < 0 ? undefined : end).some((each) => each.text === "(");
};

const addColumn = (action: StatementReader, table: ObjectName): Action => {
  action.take("COLUMN");
  action.take("IF", "NOT", "EXISTS");
  const column = action.name();
  const type = action.next()?.word ?? "";
  const isComputed = action.has("STORED") || action.has("IDENTITY") || /SERIAL/.test(type);
  const rewrites = isComputed || hasComputedDefault(action);
  const isRequired = action.has("NOT", "NULL") && !action.has("DEFAULT") && !isComputed && !action.has("GENERATED");
  return {
    lock: "ACCESS EXCLUSIVE",
    rewrites,
    touches: [owned("column", table, column), ...action.references().map(used)],
    rules: [...(rewrites ? ["column-rewrites-table"] : []), ...(isRequired ? ["required-column-without-default"] : [])],
  };
};

const alterColumn = (action: StatementReader, table: ObjectName): Action => {
  action.take("COLUMN");
  const touches = [owned("column", table, action.name())];
  if (action.take("SET", "NOT", "NULL")) return { lock: "ACCESS EXCLUSIVE", scans: true, touches, rules: ["not-null-scans-table"] };
  if (action.take("SET", "STATISTICS")) return { lock: "SHARE UPDATE EXCLUSIVE", touches };
  if (action.take("TYPE") || action.take("SET", "DATA", "TYPE")) {
    const isWider = (action.take("TEXT") || action.take("VARCHAR")) && !action.has("USING") && !action.has("(");
    return { lock: "ACCESS EXCLUSIVE", rewrites: !isWider, touches, rules: isWider ? [] : ["type-rewrites-table"] };
  }
  return { lock: "ACCESS EXCLUSIVE", touches };
};

const dropAction = (action: StatementReader, table: ObjectName): Action => {
  if (action.take("CONSTRAINT")) {
    action.take("IF", "EXISTS");
    return { lock: "ACCESS EXCLUSIVE", touches: [owned("constraint", null, action.name()), used(table)] };
  }
  action.take("COLUMN");
  action.take("IF", "EXISTS");
  const column = action.name();
  return {
    lock: "ACCESS EXCLUSIVE",
    losesData: `drops the column ${fullName(table)}.${column ?? "?"}`,
    touches: [owned("column", table, column)],
    rules: ["drop-column"],
  };
};

const renameAction = (action: StatementReader, table: ObjectName): Action => {
  if (action.take("CONSTRAINT")) {
    const from = action.name();
    action.take("TO");
    return { lock: "ACCESS EXCLUSIVE", touches: [owned("constraint", null, from), owned("constraint", null, action.name())] };
  }
  if (action.take("TO")) {
    const to = action.object();
    return {
      lock: "ACCESS EXCLUSIVE",
      touches: [owned("table", table), ...(to === null ? [] : [owned("table", { schema: table.schema, name: to.name })])],
      rules: ["rename"],
    };
  }
  action.take("COLUMN");
  const from = action.name();
  action.take("TO");
  return { lock: "ACCESS EXCLUSIVE", touches: [owned("column", table, from), owned("column", table, action.name())], rules: ["rename"] };
};

const oneAction = (action: StatementReader, table: ObjectName): Action => {
  if (action.take("ADD")) {
    if (!constraintWords.some((word) => action.startsWith(word))) return addColumn(action, table);
    return addConstraint(action, action.take("CONSTRAINT") ? action.name() : null);
  }
  if (action.take("ALTER")) return alterColumn(action, table);
  if (action.take("DROP")) return dropAction(action, table);
  if (action.take("RENAME")) return renameAction(action, table);
  if (action.take("VALIDATE")) return { lock: "SHARE UPDATE EXCLUSIVE", scans: true };
  if (action.take("DETACH", "PARTITION")) {
    const isConcurrent = action.has("CONCURRENTLY");
    return {
      transactional: !isConcurrent,
      lock: isConcurrent ? "SHARE UPDATE EXCLUSIVE" : "ACCESS EXCLUSIVE",
      touches: [owned("table", table)],
    };
  }
  return { lock: "ACCESS EXCLUSIVE", touches: [owned("table", table)] };
};

export const alterTable = (read: StatementReader): Effects => {
  read.take("IF", "EXISTS");
  read.take("ONLY");
  const table = read.object();
  if (table === null) return { ...nothing, touches: [everything] };
  const actions = read.parts().map((action) => ({ ...nothing, ...oneAction(action, table) }));
  const losses = actions.flatMap(({ losesData }) => losesData ?? []);
  return {
    transactional: actions.every(({ transactional }) => transactional),
    lock: actions.reduce<LockLevel>((strongest, { lock }) => (isStronger(lock, strongest) ? lock : strongest), null),
    table,
    rewrites: actions.some(({ rewrites }) => rewrites),
    scans: actions.some(({ scans }) => scans),
    losesData: losses.length === 0 ? null : losses.join(", "),
    touches: [used(table), ...actions.flatMap(({ touches }) => touches)],
    rules: [...new Set(actions.flatMap(({ rules }) => rules))],
    leaves: null,
  };
};
