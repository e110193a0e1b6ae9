/** The one connection that a run of migrations has for itself: statements, transactions, and trying again when a lock was not to be had. */
import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseBusy, DeadlockDetected, LockNotAvailable, SerializationFailure } from "../../base/errors.ts";
import { ddl } from "../../dialect/ddl-statement.ts";
import type { Dialect } from "../../dialect/dialect.ts";
import type { Database } from "../../engine/database.ts";
import { runText } from "../../engine/raw.ts";
import type { RawParameters, Sender } from "../../engine/raw.ts";
import type { Result } from "../../engine/results/result.ts";
import { assertNoControl } from "../../engine/transactions/transaction-control.ts";
import type { MigrationContext } from "../migration.ts";
import { request, withForeignKeysOff } from "../run.ts";
import type { MigrationConnection } from "../run.ts";

export interface Worker {
  readonly database: Database;
  readonly dialect: Dialect;
  readonly connection: MigrationConnection;
  readonly sender: Sender;
  /** What steps in TypeScript are given. */
  readonly context: MigrationContext;
}

export const ask = <Row>(sender: Sender, text: string, parameters: RawParameters = []): Promise<Row[]> =>
  Promise.resolve(runText<Row>(sender, text, parameters)).then((result) => result.all());

/** Runs `work` with a connection of its own, which is given back afterwards. */
export const withWorker = async <T>(database: Database, work: (worker: Worker) => Promise<T>): Promise<T> => {
  database.assertOutside(true);
  const connection = await database.driver.reserve({ write: true });
  const { dialect } = database;
  const sender: Sender = { dialect, send: (each) => connection.run(each) };
  const context: MigrationContext = {
    dialect: dialect.name,
    async execute<Row>(text: string, parameters: RawParameters = []): Promise<Result<Row>> {
      assertNoControl(text);
      return runText<Row>(sender, text, parameters);
    },
  };
  try {
    return await work({ database, dialect, connection, sender, context });
  } finally {
    connection.release();
  }
};

export interface TransactionNeeds {
  readonly foreignKeysOff: boolean;
  /** Milliseconds that a statement waits for a lock. */
  readonly lockTimeoutMs: number;
  /** Roll back at the end, too. */
  readonly tryOnly?: boolean;
}

/** All or nothing. */
export const inTransaction = <T>(worker: Worker, needs: TransactionNeeds, work: () => Promise<T>): Promise<T> => {
  const { connection, dialect } = worker;
  const run = (text: string): Promise<unknown> => Promise.resolve(connection.run(request(text)));
  return withForeignKeysOff(connection, [ddl("", { foreignKeysOff: needs.foreignKeysOff })], async () => {
    for (const text of dialect.begin({})) await run(text);
    try {
      if (dialect.name === "postgres") await run(`SET LOCAL lock_timeout = ${Math.ceil(needs.lockTimeoutMs)}`);
      const result = await work();
      await run(needs.tryOnly === true ? "ROLLBACK" : "COMMIT");
      return result;
    } catch (error) {
      // Where this fails, too, the connection is lost, and with it the transaction: the first error says more.
      if (connection.inTransaction) await run("ROLLBACK").catch(() => null);
      throw error;
    }
  });
};

const isTransient = (error: unknown): boolean =>
  error instanceof LockNotAvailable ||
  error instanceof DeadlockDetected ||
  error instanceof SerializationFailure ||
  error instanceof DatabaseBusy;

const longestPauseMs = 10_000;

/** Tries again, with growing pauses in which those who hold the lock can finish, and those behind us can go ahead. */
export const retrying = async <T>(retries: number, attempt: (count: number) => Promise<T>): Promise<T> => {
  for (let count = 1; ; count++) {
    try {
      return await attempt(count);
    } catch (error) {
      if (count > retries || !isTransient(error)) throw error;
      await sleep(Math.min(longestPauseMs, 100 * 2 ** count) * (0.5 + Math.random() / 2));
    }
  }
};
