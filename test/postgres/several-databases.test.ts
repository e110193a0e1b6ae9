import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ConfigurationError, createEngine } from "../../src/entry/index.ts";
import { severalDatabasesSuite } from "../suites/several-databases-suite.ts";
import { startScratchPostgres, type ScratchPostgres } from "../support/scratch-postgres.ts";

let server: ScratchPostgres | null = null;
after(() => server?.stop());

severalDatabasesSuite("PostgreSQL", async () => {
  server = await startScratchPostgres();
  await using maker = await createEngine(server.socketUrl());
  for (const name of ["shop", "analytics"]) await maker.execute(`CREATE DATABASE ${name}`);
  return [server.socketUrl("shop"), server.socketUrl("analytics")];
});

test("what is wrong with a replica is said when the engine is made", async () => {
  const url = "postgresql://localhost/shop";
  const refused = async (options: object, message: RegExp): Promise<void> =>
    assert.rejects(createEngine(url, options), (error: Error) => error instanceof ConfigurationError && message.test(error.message));
  await refused({ replicas: ["sqlite:app.db"] }, /replicas\[0\] is neither a PostgreSQL URL/);
  await refused({ replicas: [url, { url, weight: 0 }] }, /replicas\[1\]\.weight/);
  await refused({ replicas: [{ url, wieght: 2 }] }, /no option 'wieght'/);
  await refused({ replicas: url }, /replicas is an array/);
  await refused({ readYourWrites: "soon" }, /readYourWrites/);
  await refused({ maxReplicaLag: -1 }, /maxReplicaLag/);
  await using engine = await createEngine(url, { replicas: [{ url, weight: 2, maxConnections: 1 }] });
  assert.ok(engine);
});
