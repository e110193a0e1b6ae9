/** Running the statements of a plan: the smallest way to do it, without history and without locks against others who migrate. */
import { fullName } from "../ast/source.ts";
import { MigrationError } from "../base/errors.ts";
import type { Database } from "../engine/database.ts";
import type { DdlStatement } from "../schema/change.ts";

type Request = Parameters<Database["send"]>[0];
/** A connection of one's own, outside of any transaction. */
export type MigrationConnection = Awaited<ReturnType<Database["driver"]["reserve"]>>;

export const request = (text: string): Request => ({ text, values: [], writes: true, bigints: false, batched: false });

const runOne = async (connection: MigrationConnection, statement: DdlStatement): Promise<void> => {
  const answer = await connection.run(request(statement.sql));
  if (!statement.expectsNoRows || answer.rows.length === 0) return;
  throw new MigrationError(
    `After the change, ${answer.rows.length} rows of '${statement.table === null ? "a table" : fullName(statement.table)}' refer to rows that are not there, so nothing was changed. ` +
      "Remove or mend those rows first.",
    statement.table === null ? {} : { table: statement.table.name },
    "E1703",
  );
};

const inTransaction = async (
  connection: MigrationConnection,
  begin: readonly string[],
  statements: readonly DdlStatement[],
): Promise<void> => {
  for (const text of begin) await connection.run(request(text));
  try {
    for (const statement of statements) await runOne(connection, statement);
    await connection.run(request("COMMIT"));
  } catch (error) {
    // Where this fails, too, the connection is lost, and with it the transaction: the first error says more.
    await Promise.resolve()
      .then(() => connection.run(request("ROLLBACK")))
      .catch(() => null);
    throw error;
  }
};

/** The statements in runs: those that may stand in one transaction together, and each of the others alone. */
export const inTransactions = (statements: readonly DdlStatement[]): readonly (readonly DdlStatement[])[] => {
  const runs: DdlStatement[][] = [];
  for (const statement of statements) {
    const last = runs.at(-1);
    if (last !== undefined && statement.transactional && last[0]!.transactional) last.push(statement);
    else runs.push([statement]);
  }
  return runs;
};

/**
 * Runs `work` while foreign keys are off where one of the statements needs that, and then puts the connection's settings back as they were. A rebuild that
 * failed half-way may have left `legacy_alter_table` on, which no rollback takes back.
 */
export const withForeignKeysOff = async <T>(
  connection: MigrationConnection,
  statements: readonly DdlStatement[],
  work: () => Promise<T>,
): Promise<T> => {
  if (!statements.some((statement) => statement.foreignKeysOff)) return work();
  const { rows } = await connection.run(request("PRAGMA foreign_keys"));
  const wereOn = Number(rows[0]?.[0]) === 1;
  await connection.run(request("PRAGMA foreign_keys = OFF"));
  try {
    return await work();
  } finally {
    await connection.run(request("PRAGMA legacy_alter_table = OFF"));
    if (wereOn) await connection.run(request("PRAGMA foreign_keys = ON"));
  }
};

/**
 * Runs statements in order on one connection: what may stand in a transaction together, all or nothing; the others alone. SQLite's foreign keys are off
 * where a statement needs that, and as before afterwards. Throws `MigrationError` when rows would refer to nothing afterwards, `TransactionError` inside of a
 * transaction of the same database.
 *
 *     await runStatements(engine, render(plan.changes, "sqlite"));      // BEGIN IMMEDIATE, ALTER TABLE …, COMMIT
 */
export const runStatements = async (database: Database, statements: readonly DdlStatement[]): Promise<void> => {
  database.assertOutside(true);
  const connection = await database.driver.reserve({ write: true });
  try {
    await withForeignKeysOff(connection, statements, async () => {
      for (const run of inTransactions(statements)) {
        if (run[0]!.transactional) await inTransaction(connection, database.dialect.begin({}), run);
        else for (const statement of run) await runOne(connection, statement);
      }
    });
  } finally {
    connection.release();
  }
};
