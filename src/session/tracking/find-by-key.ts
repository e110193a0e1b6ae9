/** A session's row by its primary key: the object in hand, or the database's answer. */
import { NoResultFound } from "../../base/errors.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import { signalOf } from "../../engine/call-limit.ts";
import type { Runner } from "../../engine/run.ts";
import { findByKey, keyValues } from "../../query/paging/by-key.ts";
import type { CallOptions } from "../../query/query.ts";
import { rootOf } from "../../query/root.ts";
import type { Root } from "../../query/root.ts";
import type { AnyModel } from "../../schema/entity.ts";
import { keyOfValues } from "./identity-map.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

/** The session's own object for a key, `null` for one that is deleted; `undefined` when the database has to be asked. */
const knownByKey = ({ identities, deleted }: UnitOfWork, { table }: Root, key: unknown): object | null | undefined => {
  if (identities.isEmpty) return undefined;
  const values = keyValues(table, key);
  // A fraction is no key of any row; the database is asked, and its check says so.
  if (values.some((value) => typeof value === "number" && !Number.isSafeInteger(value))) return undefined;
  const state = identities.of(table).get(keyOfValues(table, values)!);
  if (state === undefined || state.tracking.missing.length > 0) return undefined;
  const { object } = state;
  const isGone = deleted.has(object) || (table.softDelete !== null && (object[table.softDelete.property] ?? null) !== null);
  return isGone ? null : object;
};

/** The object, `null` where there is no such row. Throws what is wrong with the key at once. */
export const findInHand = (
  session: Runner,
  unit: UnitOfWork,
  model: AnyModel,
  key: unknown,
  options: CallOptions,
): MaybePromise<object | null> => {
  const signal = signalOf(options);
  signal?.throwIfAborted();
  const root = rootOf(model);
  const known = knownByKey(unit, root, key);
  // What a query of a model reads are its instances.
  return known === undefined ? (findByKey(session, root, key, signal) as MaybePromise<object | null>) : known;
};

export const noSuchRow = (model: AnyModel): NoResultFound => {
  const { modelName, primaryKey } = rootOf(model).table;
  return new NoResultFound(
    `There is no ${modelName} with this ${primaryKey.map((column) => column.property).join(" and ")}. Use get() if there may be none.`,
    { model: modelName },
  );
};
