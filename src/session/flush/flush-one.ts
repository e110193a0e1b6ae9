/**
 * The flush of one changed object in a straight line: nothing else is in hand that is new, deleted, changed or related, and no hook wants to be told.
 * It is what nearly every transaction of a program does, so it makes no sets, no order and no levels. Anything else is the business of `flush.ts`.
 */
import { settled, whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Runner } from "../../engine/run.ts";
import { columnProblem, completed, valueAssignment } from "../../query/expressions/assignments.ts";
import type { Assignment } from "../../query/expressions/assignments.ts";
import { rootOf } from "../../query/root.ts";
import { changeAt } from "../writes/change-row.ts";
import type { RowPlace } from "../writes/change-row.ts";
import type { Row } from "../writes/prepared-row.ts";
import { saysAlready } from "../tracking/entity-state.ts";
import type { EntityState } from "../tracking/entity-state.ts";
import { isExpression } from "./flush-check.ts";
import { keyOfObject } from "../tracking/identity-map.ts";
import { alignWithKeys, inHand, relationsOf } from "../tracking/relations.ts";
import { putBack, valuesOf } from "../tracking/unit-of-work.ts";
import type { UnitOfWork } from "../tracking/unit-of-work.ts";
import type { Ending, OpenFlush } from "../writes/write-batch.ts";

/** The one object that was changed; `null` when nothing was, `undefined` when there is more to look at. */
export const onlyChanged = (unit: UnitOfWork): EntityState | null | undefined => {
  if (unit.added.size > 0 || unit.deleted.size > 0) return undefined;
  let changed: EntityState | null = null;
  for (const [table, states] of unit.identities.tables()) {
    const relations = relationsOf(table);
    for (const [key, state] of states) {
      const { object, tracking } = state;
      for (const relation of relations) {
        const related = inHand(object, relation);
        if (typeof related === "object" && related !== null) return undefined;
      }
      if (keyOfObject(table, object) !== key) return undefined;
      if (!tracking.isChanged(state)) continue;
      if (changed !== null) return undefined;
      changed = state;
    }
  }
  return changed;
};

/** What is to be written of it, checked; `null` where a hook, an expression or a value that does not fit takes more than a straight line. */
export const plainAssignments = ({ hooks }: UnitOfWork, state: EntityState): readonly Assignment[] | null => {
  const { object, tracking } = state;
  const { table } = tracking;
  if (hooks.has("beforeUpdate", table) || hooks.has("afterUpdate", table)) return null;
  const assignments: Assignment[] = [];
  for (const column of tracking.changes(state)) {
    const value = object[column.property];
    if (isExpression(value) || columnProblem(column, value) !== null) return null;
    assignments.push(valueAssignment(column, value));
  }
  if (assignments.length === 0) return null;
  return tracking.renews ? completed(table, rootOf(table.model).scope.source, assignments) : assignments;
};

/** Where the row of a tracked object is: by what was read, whatever the object says now. */
export const placeOfState = (state: EntityState): RowPlace => {
  const { tracking } = state;
  const { primaryKey, version } = tracking.table;
  return {
    key: primaryKey.map((column) => tracking.kept(state, column)),
    version: version === null ? undefined : (tracking.kept(state, version) ?? undefined),
    object: state.object,
  };
};

/** Writes the object's changes. When that fails the object is what it was before; the row is the caller's to undo. */
export const flushOne = (
  unit: UnitOfWork,
  open: OpenFlush,
  state: EntityState,
  assignments: readonly Assignment[],
  ending: Ending | null,
): MaybePromise<boolean> => {
  const { object, tracking } = state;
  const { table } = tracking;
  const undo = unit.checkpoint();
  let before: Readonly<Row> | null = null;
  const written = (now: Readonly<Row>): void => {
    // Nearly always it does: only what the database computed is news.
    if (!saysAlready(object, now)) {
      before = valuesOf(table, object);
      Object.assign(object, now);
    }
    unit.written(table, object, state);
    alignWithKeys(unit.identities, table, object);
  };
  const failed = (error: unknown): never => {
    undo();
    if (before !== null) putBack(table, object, before);
    throw error;
  };
  const writeOn = (runner: Runner): MaybePromise<unknown> => {
    const write = (): MaybePromise<void> =>
      whenDone(changeAt(runner, rootOf(table.model), placeOfState(state), assignments, { use: "flush()" }), written);
    return ending?.isUnwritten === true ? ending.send(justOne, write) : write();
  };
  return settled(() => open(writeOn), isDone, failed);
};

const justOne = [null];
const isDone = (): boolean => true;
