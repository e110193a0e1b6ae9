/**
 * A table made anew under another name, its rows copied, and the old one's name taken (https://sqlite.org/lang_altertable.html, "Making Other Kinds
 * Of Table Schema Changes"):
 *
 *     foreign keys off (by whoever begins the transaction) → create → copy → drop → rename → indexes → triggers → foreign_key_check
 *
 * `legacy_alter_table` keeps the rename from looking into views and triggers, which name the table that is missing at that moment.
 */
import { constraintName } from "../../schema/naming.ts";
import type { DdlStatement, RebuildTable } from "../../schema/change.ts";
import type { TableSnapshot } from "../../schema/snapshot.ts";
import { createIndexText, createTableText } from "../create-table.ts";
import type { TableSyntax } from "../create-table.ts";
import { ddl } from "../ddl-statement.ts";
import { qualified, quote } from "../quote.ts";
import { literal } from "./literal.ts";

/** A value that was NULL and may not be any more becomes the default, where there is one. */
const copiedValue = ({ from, to }: RebuildTable, source: string, target: string): string => {
  const before = from.columns.find((column) => column.name === source);
  const after = to.columns.find((column) => column.name === target);
  const value = quote(source);
  const isFilled = before?.nullable === true && after?.nullable === false && after.default !== null;
  return isFilled ? `coalesce(${value}, ${after.default})` : value;
};

/** With AUTOINCREMENT no number is given twice, also not that of a row that is gone: the counter moves, too. */
const counter = (from: TableSnapshot, to: TableSnapshot, fresh: string): string[] => {
  const counts = (table: TableSnapshot): boolean => table.columns.some((column) => column.identity === "always");
  if (!counts(from) || !counts(to)) return [];
  return [
    `DELETE FROM sqlite_sequence WHERE name = ${literal(fresh)}`,
    `INSERT INTO sqlite_sequence (name, seq) SELECT ${literal(fresh)}, seq FROM sqlite_sequence WHERE name = ${literal(from.name)}`,
  ];
};

export const rebuildTable = (change: RebuildTable, syntax: TableSyntax): readonly DdlStatement[] => {
  const { from, to, copied, referrers } = change;
  const table = { schema: to.schema, name: to.name };
  const fresh = { schema: to.schema, name: constraintName(`petrel_new_${to.name}`, [], "key") };
  const facts = { lock: "EXCLUSIVE", table, foreignKeysOff: true } as const;
  const targets = copied.map((each) => quote(each.to)).join(", ");
  const values = copied.map((each) => copiedValue(change, each.from, each.to)).join(", ");
  const gone = from.columns.filter((column) => column.generated === null && !copied.some((each) => each.from === column.name));
  const losesData = gone.length === 0 ? null : `drops the columns ${gone.map((column) => `${from.name}.${column.name}`).join(", ")}`;
  const checked = [table, ...referrers.filter((other) => other.name !== table.name)];
  return [
    ddl(createTableText(to, syntax, fresh), facts),
    ...(copied.length === 0
      ? []
      : [
          ddl(`INSERT INTO ${qualified(fresh)} (${targets}) SELECT ${values} FROM ${qualified(table)}`, {
            ...facts,
            rewrites: true,
            scans: true,
          }),
        ]),
    ...counter(from, to, fresh.name).map((sql) => ddl(sql, facts)),
    ddl(`DROP TABLE ${qualified(table)}`, { ...facts, losesData }),
    ddl("PRAGMA legacy_alter_table = ON", facts),
    ddl(`ALTER TABLE ${qualified(fresh)} RENAME TO ${quote(table.name)}`, facts),
    ddl("PRAGMA legacy_alter_table = OFF", facts),
    ...to.indexes.map((index) => ddl(createIndexText(table, index, syntax), { ...facts, scans: true })),
    ...to.triggers.map((trigger) => ddl(trigger.definition, facts)),
    ...checked.map((each) =>
      ddl(`SELECT * FROM pragma_foreign_key_check(${literal(each.name)})`, { ...facts, table: each, scans: true, expectsNoRows: true }),
    ),
  ];
};
