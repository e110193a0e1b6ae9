/** The way back. */
import type { Change, Plan, Rename } from "../../schema/change.ts";
import { dialectOf } from "../dialects.ts";
import { diff } from "./diff.ts";

const turned = (rename: Rename, all: readonly Rename[]): Rename => {
  const schema = rename.schema ?? null;
  if (!("column" in rename)) return { table: rename.to, schema, to: rename.table };
  // Answers call tables as they are before the steps.
  const moved = all.find((other) => !("column" in other) && other.table === rename.table && (other.schema ?? null) === schema);
  return { table: moved?.to ?? rename.table, schema, column: rename.to, to: rename.column };
};

/**
 * The plan that undoes `plan`: the difference the other way round, its renames turned. What the plan dropped comes back empty: `irreversible` names it.
 *
 *     const down = reverse(up);
 */
export const reverse = (plan: Plan): Plan => {
  const renames = plan.renames.map((rename) => turned(rename, plan.renames));
  const back = diff(plan.to, plan.from, { renames });
  // Nothing is to be asked: every name is known from the way there.
  return Object.freeze({ ...back, questions: Object.freeze([]) });
};

/** The steps of a plan that lose what no reversal brings back, each with half a sentence that says what: "drops the column users.name". */
export const irreversible = (plan: Plan): readonly { readonly change: Change; readonly loses: string }[] => {
  const dialect = dialectOf(plan.to.dialect);
  return plan.changes.flatMap((change) => {
    const lost = dialect.render(change).flatMap(({ losesData }) => (losesData === null ? [] : [losesData]));
    return lost.length === 0 ? [] : [{ change, loses: lost.join(", ") }];
  });
};
