/** What a statement outside of a transaction left when it was cut off: an index that is there and not valid, or everything done and nobody told. */
import { quote } from "../../dialect/quote.ts";
import { qualified } from "../../dialect/quote.ts";
import type { Leftover } from "../effects/effect.ts";
import { ask } from "./migration-connection.ts";
import type { Worker } from "./migration-connection.ts";

/** Where a name without a schema is found. */
const visible = "(n.nspname = $2 OR ($2 = '' AND pg_table_is_visible(c.oid)))";

const indexState = async ({ sender }: Worker, schema: string | null, name: string): Promise<"missing" | "valid" | "invalid"> => {
  const [found] = await ask<{ valid: boolean }>(
    sender,
    `SELECT i.indisvalid AND i.indisready AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = $1 AND ${visible}`,
    [name, schema ?? ""],
  );
  if (found === undefined) return "missing";
  return found.valid ? "valid" : "invalid";
};

/** Indexes of a table that are not valid, for CREATE INDEX CONCURRENTLY without a name. */
const invalidOn = async ({ sender }: Worker, schema: string | null, table: string): Promise<readonly { schema: string; name: string }[]> =>
  ask(
    sender,
    `SELECT x.relname AS name, xn.nspname AS schema FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace xn ON xn.oid = x.relnamespace WHERE c.relname = $1 AND ${visible} AND NOT i.indisvalid`,
    [table, schema ?? ""],
  );

const enumHas = async ({ sender }: Worker, schema: string | null, type: string, value: string): Promise<boolean> => {
  const found = await ask(
    sender,
    `SELECT 1 AS found FROM pg_enum e JOIN pg_type c ON c.oid = e.enumtypid JOIN pg_namespace n ON n.oid = c.typnamespace
     WHERE c.typname = $1 AND e.enumlabel = $3 AND ${visible.replace("pg_table_is_visible", "pg_type_is_visible")}`,
    [type, schema ?? "", value],
  );
  return found.length > 0;
};

const dropIndex = (worker: Worker, schema: string | null, name: string): Promise<unknown> =>
  ask(worker.sender, `DROP INDEX CONCURRENTLY IF EXISTS ${schema === null ? quote(name) : qualified({ schema, name })}`);

/** Clears away what is half done. Whether the statement was done already, so that it must not run again. */
export const settled = async (worker: Worker, leaves: Leftover | null): Promise<boolean> => {
  if (leaves === null || worker.dialect.name === "sqlite") return false;
  if (leaves.what === "enum value") return enumHas(worker, leaves.type.schema, leaves.type.name, leaves.value);
  if (leaves.index === null) {
    for (const index of await invalidOn(worker, leaves.table.schema, leaves.table.name)) await dropIndex(worker, index.schema, index.name);
    return false;
  }
  const state = await indexState(worker, leaves.index.schema, leaves.index.name);
  if (!leaves.made) return state === "missing";
  if (state === "invalid") await dropIndex(worker, leaves.index.schema, leaves.index.name);
  return state === "valid";
};
