/** The words of the database that a snapshot speaks of. */
import type { Dialect } from "../dialect/dialect.ts";
import { postgres } from "../dialect/postgres/postgres.ts";
import { sqlite } from "../dialect/sqlite/sqlite.ts";
import type { Snapshot } from "../schema/snapshot.ts";

export const dialectOf = (name: Snapshot["dialect"]): Dialect => (name === "postgres" ? postgres : sqlite);
