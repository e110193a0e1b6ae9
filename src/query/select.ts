/** `select(User)`: a query that belongs to no database yet. */
import type { AnyEntity, ModelOf } from "../schema/entity.ts";
import { QueryBuilder } from "./query-builder.ts";
import type { Query } from "./query.ts";
import { rootOf } from "./root.ts";

/**
 * A statement about a model, to be executed later: `await session.execute(select(User).where((user) => user.age.gte(18)))`.
 * It has the methods of a query; its verbs throw until it is executed.
 */
export const select = <E extends AnyEntity>(model: ModelOf<E>): Query<E, E> =>
  QueryBuilder.about(rootOf(model), null) as unknown as Query<E, E>;
