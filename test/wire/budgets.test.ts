/** What each kind of work costs on the wire: the messages that leave, in how many packets. These figures cannot flake; a change here is a change for users. */
import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import type { Server } from "node:net";
import { after, before, it } from "node:test";
import { createEngine, int, Model } from "../../src/entry/index.ts";
import { openPostgres } from "../../src/driver/postgres/postgres-driver.ts";
import type { PostgresDriver } from "../../src/driver/postgres/postgres-driver.ts";
import { read, write } from "../postgres/requests.ts";
import { startScratchPostgres } from "../support/scratch-postgres.ts";
import type { ScratchPostgres } from "../support/scratch-postgres.ts";

let server: ScratchPostgres;
let tap: Server;
let driver: PostgresDriver;
let tapped: string;
let packets: Buffer[] = [];

class Budget extends Model("budget_rows", { id: int().primaryKey(), n: int() }) {}

before(async () => {
  server = await startScratchPostgres();
  tap = createServer((client) => {
    const upstream = connect({ host: "127.0.0.1", port: server.port, noDelay: true });
    client.on("data", (chunk: Buffer) => {
      packets.push(chunk);
      upstream.write(chunk);
    });
    upstream.pipe(client);
    client.on("close", () => upstream.destroy());
    client.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => tap.listen(0, "127.0.0.1", resolve));
  const address = tap.address();
  const url = new URL(server.url());
  url.port = String(typeof address === "object" ? address?.port : 0);
  tapped = `${url.href}?sslmode=disable`;
  driver = openPostgres({ url: tapped, pool: { maxConnections: 1 } });
  await driver.run(write("CREATE TABLE budget (id int PRIMARY KEY, n int)"));
  await driver.run(write("INSERT INTO budget SELECT i, i FROM generate_series(1, 100) i"));
});

after(async () => {
  await driver.close();
  tap.close();
  await server.stop();
});

const lettersOf = (messages: Buffer): string => {
  let letters = "";
  for (let at = 0; at < messages.length; at += 1 + messages.readInt32BE(at + 1)) letters += String.fromCharCode(messages[at]!);
  return letters;
};

/** Leaves the bytes of what is sent in `packets`. */
const recordedBy = async (act: () => Promise<unknown>): Promise<void> => {
  packets = [];
  await act();
};

/** The letters of the messages, packet by packet. */
const sentBy = async (act: () => Promise<unknown>): Promise<readonly string[]> => {
  await recordedBy(act);
  return packets.map(lettersOf);
};

const byId = read("SELECT n FROM budget WHERE id = $1", [1]);
const update = write("UPDATE budget SET n = $1 WHERE id = $2", [1, 2]);

it("a statement costs one packet, the first time too", async () => {
  assert.deepEqual(await sentBy(() => driver.run(byId)), ["PDBES"]);
  assert.deepEqual(await sentBy(() => driver.run(byId)), ["BES"]);
});

it("reads that are issued together share a Sync, 64 at most", async () => {
  const sent = await sentBy(() => Promise.all(Array.from({ length: 70 }, () => driver.run(byId))));
  // The first leaves at once; TCP may deliver it with the rest.
  assert.equal(sent.join(""), `BES${"BE".repeat(64)}S${"BE".repeat(5)}S`);
});

it("a transaction that reads, changes and commits costs two packets, an empty one none", async () => {
  const transact = async (): Promise<void> => {
    const reserved = await driver.reserve({ write: true });
    await reserved.run(write("BEGIN"));
    await reserved.run(byId);
    await reserved.batch([update, write("COMMIT")]);
    reserved.release();
  };
  await transact();
  assert.deepEqual(await sentBy(transact), ["BEBES", "BEBES"]);
  const nothing = async (): Promise<void> => {
    const reserved = await driver.reserve({ write: true });
    await reserved.run(write("BEGIN"));
    await reserved.run(write("COMMIT"));
    reserved.release();
  };
  assert.deepEqual(await sentBy(nothing), []);
});

it("a batch costs one packet, whatever its length", async () => {
  await driver.run(update);
  assert.deepEqual(await sentBy(() => driver.batch(Array.from({ length: 100 }, () => update))), [`${"BE".repeat(100)}S`]);
});

it("a stream costs one packet for every batch, and its transaction rides along", async () => {
  const rows = async (): Promise<void> => {
    for await (const { count } of driver.stream(read("SELECT id FROM budget"), 40)) assert.ok(count <= 40);
  };
  await rows();
  assert.deepEqual(await sentBy(rows), ["BEBES", "ES", "ES", "BES"]);
});

it("a read by its key sends no more bytes than this", async () => {
  await sentBy(() => driver.run(byId));
  assert.equal(
    packets.reduce((bytes, packet) => bytes + packet.length, 0),
    49,
  );
});

it("through the engine, an insert costs one packet, as do ten thousand by insertAll; a change in a transaction costs three", async () => {
  const engine = await createEngine(tapped, { maxConnections: 1 });
  try {
    await engine.createAll([Budget]);
    const session = engine.session();
    const one = (): Promise<Budget> => session.insert(Budget, { n: 1 });
    await one();
    assert.deepEqual(await sentBy(one), ["BES"]);
    const rows = Array.from({ length: 10_000 }, (_, n) => ({ n }));
    const many = (): Promise<Budget[]> => session.insertAll(Budget, rows);
    await many();
    await recordedBy(many);
    // TCP cuts what is longer than its segments, so the messages are told from all of it.
    assert.equal(lettersOf(Buffer.concat(packets)), "BES");
    let changes = 1;
    const change = (): Promise<unknown> =>
      engine.transaction(async (inner) => inner.update(await inner.getOrThrow(Budget, 1), { n: ++changes }));
    await change();
    assert.deepEqual(await sentBy(change), ["BEBES", "BES", "BES"]);
  } finally {
    await engine.close();
  }
});
