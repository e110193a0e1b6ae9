/** `deletedAt`: marks a row as deleted without removing it. */
import type { Column } from "./column.ts";
import { buildColumn } from "./column-builder.ts";

/** The column for `session.softDelete`; spread it into a model: `{ ...softDelete }`. Queries then see live rows unless they say otherwise. */
export const softDelete: { deletedAt: Column<Date | null, "timestamp", "softDelete"> } = {
  deletedAt: buildColumn({ type: Object.freeze({ kind: "timestamp" }), nullable: true, softDelete: true }),
};
