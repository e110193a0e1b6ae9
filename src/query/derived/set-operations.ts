/** `union(query, query)` and the other set operations: a query about the rows of several. */
import { ConfigurationError } from "../../base/errors.ts";
import type { SetOperator } from "../../ast/operator.ts";
import { describe } from "../../types/column-type.ts";
import type { SourceOf } from "./derived-scope.ts";
import type { Rows } from "../loading/loaded.ts";
import type { Query } from "../query.ts";
import { RefinableQuery } from "../refinable-query.ts";

type SetOperation = <E, Row>(first: Query<E, Row>, ...others: readonly Rows<NoInfer<Row>>[]) => Query<SourceOf<E, Row>, Row>;

/** The declared type of each operation says what query it gives. */
const operation = (operator: SetOperator): SetOperation =>
  ((first: unknown, ...others: readonly unknown[]) => {
    const odd = [first, ...others].find((query) => !RefinableQuery.isQuery(query));
    if (odd !== undefined || !RefinableQuery.isQuery(first))
      throw new ConfigurationError(`${operator}() takes queries, as in ${operator}(select(User), select(User)), not ${describe(odd)}.`);
    return first.compound(
      operator,
      others.filter((other) => RefinableQuery.isQuery(other)),
    );
  }) as unknown as SetOperation;

/**
 * The rows of all the queries, each once. The queries give the same names, with values of the same kind; what follows is about all of their rows.
 * An order counts inside only together with a limit.
 *
 *     union(select(User).filter({ vip: true }), select(User).filter({ role: "admin" })).orderBy("name")
 *     // WITH "users_rows" (…) AS (SELECT … WHERE "vip" = $1 UNION SELECT … WHERE "role" = $2) SELECT … FROM "users_rows" ORDER BY "name"
 */
export const union = operation("union");
/** The rows of all the queries, as often as they come. */
export const unionAll = operation("unionAll");
/** The rows of the first query that all the others have too, each once. */
export const intersect = operation("intersect");
/** The rows of the first query that none of the others has, each once. */
export const except = operation("except");
