// Large structures on PostgreSQL, there and back.
import { after, before } from "node:test";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import { createEngine } from "../../src/entry/index.ts";
import { corpusSuite } from "../suites/corpus-suite.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";
import { write } from "./requests.ts";

let server: ScratchPostgres;
let count = 0;

before(async () => {
  server = await startScratchPostgres();
});
after(() => server.stop());

corpusSuite({
  name: "PostgreSQL",
  dialect: "postgres",
  open: async () => {
    const name = `corpus_${++count}`;
    const maker = openPostgres({ url: server.socketUrl() });
    await maker.run(write(`CREATE DATABASE ${name}`));
    await maker.close();
    return createEngine(server.socketUrl(name));
  },
  remarks: [
    "The table 'without_key' has no primary key, so it has no model.",
    "The table 'invoices' is in the schema 'billing', so it has no model.",
    "'billing_notes': its foreign key on invoice_id leads to a table without a model.",
    "'serials': its column n is counted up by the database.",
    "'serials': its column big is counted up by the database.",
    ...[
      "m is mood",
      "ms is mood[]",
      'o is "Odd Type"',
      "e is email",
      "n is numeric",
      "f is real",
      "i is interval",
      "net is inet",
      "j is json",
    ].map((column) => `'types': its column ${column}, for which models have no word.`),
    ...["c is char(3)", "z is timestamp", "r is int4range", "x is xml", "ts is tsvector"].map(
      (column) => `'types': its column ${column}, for which models have no word.`,
    ),
  ],
});
