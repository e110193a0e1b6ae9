/** `createdAt` and `updatedAt`: when a row was made, and when it last changed. */
import { now } from "../../ast/sql-tag.ts";
import type { Column } from "./column.ts";
import { buildColumn } from "./column-builder.ts";

const created = { type: Object.freeze({ kind: "timestamp" as const }), default: { given: now } };

/** `createdAt` and `updatedAt`, kept by the database; spread them into a model: `{ ...timestamps }`. */
export const timestamps: {
  createdAt: Column<Date, "timestamp", "default">;
  updatedAt: Column<Date, "timestamp", "default">;
} = {
  createdAt: buildColumn(created),
  updatedAt: buildColumn({ ...created, onUpdate: { given: now } }),
};
