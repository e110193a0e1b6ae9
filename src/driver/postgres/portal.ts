/**
 * Rows in batches from a portal, which the server keeps open between them inside a transaction.
 * Other statements of the transaction may run between two batches; the portal is closed when the loop ends, however it ends.
 */
import { ConfigurationError } from "../../base/errors.ts";
import type { Answer, Request } from "../driver.ts";
import type { PostgresConnection } from "./connection.ts";

let portals = 0;

/** `withOwed` gives statements that are owed (BEGIN) and go in front. The connection must be in a transaction then. */
export async function* streamPortal(
  connection: () => PostgresConnection,
  request: Request,
  batchSize: number,
  withOwed: <T>(open: (first: readonly Request[]) => T) => T,
): AsyncGenerator<Answer, void, undefined> {
  if (!Number.isSafeInteger(batchSize) || batchSize < 1)
    throw new ConfigurationError("A stream's batch size must be a whole number, 1 or more.");
  const portal = `c${++portals}`;
  let answer = await withOwed((first) => connection().openPortal(portal, request, batchSize, first));
  try {
    while (answer.isSuspended) {
      yield answer;
      answer = await connection().fetch(portal, request, batchSize, answer.fields);
    }
    if (answer.count > 0) yield answer;
  } finally {
    if (answer.isSuspended) closeQuietly(connection, portal);
  }
}

/** The connection may have ended, or the transaction: then the portal has too. */
const closeQuietly = (connection: () => PostgresConnection, portal: string): void => {
  try {
    connection().closePortal(portal);
  } catch {
    // Nothing is left to close.
  }
};
