// Both databases hold the same rows, are asked the same questions and must give the same answers, in the same order and of the same types.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createEngine, type Engine } from "../../src/entry/index.ts";
import { allModels } from "../support/models.ts";
import { changes, questions } from "../support/questions.ts";
import { fill } from "../support/sample-rows.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

let server: ScratchPostgres;
let postgres: Engine;
let sqlite: Engine;

before(async () => {
  server = await startScratchPostgres();
  postgres = await createEngine(server.socketUrl());
  sqlite = await createEngine("sqlite::memory:");
  for (const engine of [postgres, sqlite]) {
    await engine.createAll(allModels);
    await fill(engine);
  }
});

after(async () => {
  await Promise.all([postgres.close(), sqlite.close()]);
  await server.stop();
});

const answer = async (ask: Promise<unknown>): Promise<unknown> => ask.catch((error: Error) => `${error.name}: ${error.message}`);

for (const [name, ask] of questions) {
  test(`PostgreSQL answers as SQLite does: ${name}`, async () => {
    const expected = await ask(sqlite.session());
    assert.deepEqual(await ask(postgres.session()), expected);
    // The second time the statement is prepared, and its values travel in other forms.
    assert.deepEqual(await ask(postgres.session()), expected);
    const inTransaction = await postgres.transaction((session) => ask(session), { readOnly: true });
    assert.deepEqual(inTransaction, expected);
  });
}

for (const [name, change] of changes) {
  test(`PostgreSQL writes as SQLite does: ${name}`, async () => {
    const expected = await answer(change(sqlite.session()));
    assert.deepEqual(await answer(change(postgres.session())), expected);
  });
}
