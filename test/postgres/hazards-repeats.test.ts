/** Hazard 34 for statements that belong together: a plan that the server cannot use again must not tear them apart. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import { startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";
import { read, write } from "./requests.ts";

let server: ScratchPostgres;
let driver: PostgresDriver;
let columns = 0;

before(async () => {
  server = await startScratchPostgres();
  driver = openPostgres({ url: server.socketUrl(), pool: { maxConnections: 1 } });
  await driver.run(write("CREATE TABLE kept (id int PRIMARY KEY)"));
});

after(async () => {
  await driver.close();
  await server.stop();
});

const insert = "INSERT INTO kept (id) VALUES ($1) RETURNING *";
const plain = "INSERT INTO kept (id) VALUES ($1)";
const kept = async (): Promise<unknown> => (await driver.run(read("SELECT id FROM kept ORDER BY id"))).rows.flat();

/** The statements are known to the connection, and the server has thrown the plan of the first away. */
const outdate = async (): Promise<void> => {
  await driver.run(write("TRUNCATE kept"));
  for (const text of [insert, insert, plain, plain]) await driver.run(write(text, [Math.floor(Math.random() * 1e9)]));
  await driver.run(write("TRUNCATE kept"));
  await driver.run(write(`ALTER TABLE kept ADD COLUMN c${++columns} int`));
};

it("34: a batch in which one plan is outdated is run again whole, each statement once (invariant I5)", async () => {
  for (const batch of [
    [write(insert, [1]), write(plain, [2])],
    [write(plain, [1]), write(insert, [2])],
    [write(insert, [1]), write(insert, [2])],
  ]) {
    await outdate();
    const answers = await driver.batch(batch);
    assert.deepEqual(
      answers.map(({ count }) => count),
      [1, 1],
    );
    assert.deepEqual(await kept(), [1, 2]);
  }
});

it("34: a batch that fails the second time keeps nothing of the first", async () => {
  await outdate();
  await assert.rejects(driver.batch([write(insert, [1]), write(plain, [2]), write(plain, [1])]), { sqlState: "23505" });
  assert.deepEqual(await kept(), []);
});

it("34: a transaction whose first statement is outdated is begun again", async () => {
  await outdate();
  const reserved = await driver.reserve({ write: true });
  await reserved.run(write("BEGIN"));
  assert.equal((await reserved.run(write(insert, [1]))).count, 1);
  assert.equal(reserved.inTransaction, true);
  await reserved.run(write("ROLLBACK"));
  await reserved.run(write("BEGIN"));
  await outdateInside(reserved.run.bind(reserved));
  await reserved.run(write("ROLLBACK"));
  reserved.release();
  assert.deepEqual(await kept(), []);
});

/** In the middle nothing can be repeated: what came before would be lost. The caller hears of it, and nothing is kept. */
const outdateInside = async (run: PostgresDriver["run"]): Promise<void> => {
  await run(write(insert, [2]));
  await run(write(insert, [3]));
  await run(write(`ALTER TABLE kept ADD COLUMN c${++columns} int`));
  await assert.rejects(run(write(insert, [4])), { sqlState: "0A000" });
};

it("34: BEGIN, statements and COMMIT in one batch are run again whole", async () => {
  await outdate();
  const reserved = await driver.reserve({ write: true });
  const answers = await reserved.batch([write("BEGIN"), write(plain, [1]), write(insert, [2]), write("COMMIT")]);
  assert.deepEqual(
    answers.map(({ count }) => count),
    [0, 1, 1, 0],
  );
  assert.equal(reserved.inTransaction, false);
  reserved.release();
  assert.deepEqual(await kept(), [1, 2]);
});
