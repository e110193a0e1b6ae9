/** What each kind of work costs on the wire: the messages that leave, in how many packets. These figures cannot flake; a change here is a change for users. */
import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import type { Server } from "node:net";
import { after, before, it } from "node:test";
import {
  belongsTo,
  CommitOutcomeUnknown,
  createEngine,
  ForeignKeyViolation,
  hasMany,
  int,
  joined,
  Model,
  selectIn,
  StaleObject,
  text,
  UniqueViolation,
  ValidationError,
} from "../../src/entry/index.ts";
import type { Engine, Session } from "../../src/entry/index.ts";
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
/** The connection dies instead of sending the next packet. */
let losesNext = false;

class Budget extends Model("budget_rows", { id: int().primaryKey(), n: int() }) {}

before(async () => {
  server = await startScratchPostgres();
  tap = createServer((client) => {
    const upstream = connect({ host: "127.0.0.1", port: server.port, noDelay: true });
    client.on("data", (chunk: Buffer) => {
      packets.push(chunk);
      if (losesNext) client.destroy();
      else upstream.write(chunk);
      losesNext = false;
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

class Author extends Model("budget_authors", { id: int().primaryKey(), name: text(), posts: () => hasMany(Post, "authorId") }) {}
class Post extends Model("budget_posts", {
  id: int().primaryKey(),
  title: text(),
  authorId: int().nullable(),
  author: () => belongsTo(Author, "authorId"),
}) {}
class Tag extends Model("budget_tags", { id: int().primaryKey(), name: text().unique() }) {}

const withEngine = async (work: (engine: Engine) => Promise<void>): Promise<void> => {
  const engine = await createEngine(tapped, { maxConnections: 1 });
  try {
    await engine.dropAll([Budget, Post, Author, Tag]);
    await engine.createAll([Budget, Author, Post, Tag]);
    await work(engine);
  } finally {
    await engine.close();
  }
};

it("a commit of new objects costs one packet, whatever the number of tables; one more for each level of generated keys", () =>
  withEngine(async (engine) => {
    const flat = async (): Promise<void> => {
      const session = engine.session();
      session.add(new Author({ name: "a" }), new Budget({ n: 1 }), new Post({ title: "p" }));
      await session.commit();
    };
    await flat();
    assert.deepEqual(await sentBy(flat), ["BEBEBEBEBES"]);
    const levels = async (): Promise<void> => {
      const session = engine.session();
      const author = new Author({ name: "a" });
      const posts = [new Post({ title: "p" }), new Post({ title: "q" })];
      // A relation is typed as loaded only where a query has loaded it.
      for (const post of posts) Object.assign(post, { author });
      session.add(...posts, new Budget({ n: 1 }));
      await session.commit();
    };
    await levels();
    // The author and what needs nobody; when the author's key is there, the posts with the commit. TCP may join the first two.
    const sent = await sentBy(levels);
    assert.deepEqual([sent.join(""), sent.at(-1)], ["BEBESBESBEBES", "BEBES"]);
    assert.equal(await engine.query(Post).filter({ authorId__isNull: false }).count(), 4);
  }));

it("an object that is read, changed and committed costs two packets: BEGIN goes with the read, COMMIT with the write", () =>
  withEngine(async (engine) => {
    await engine.session().insert(Budget, { n: 1 });
    const change = (): Promise<void> =>
      engine.transaction(async (session) => {
        const row = await session.getOrThrow(Budget, 1);
        row.n++;
      });
    await change();
    assert.deepEqual(await sentBy(change), ["BEBES", "BEBES"]);
    assert.equal((await engine.query(Budget).one()).n, 3);
  }));

it("rows of several forms are inserted together in one packet", () =>
  withEngine(async (engine) => {
    const session = engine.session();
    const insert = (): Promise<object[]> => session.insertAll([new Author({ name: "a" }), new Budget({ n: 1 }), new Author({ name: "b" })]);
    await insert();
    assert.deepEqual(await sentBy(insert), ["BEBEBEBEBES"]);
    assert.equal(await engine.query(Author).count(), 4);
  }));

it("insertAll in a transaction costs one packet, with BEGIN and its savepoint; what it refuses is undone alone", () =>
  withEngine(async (engine) => {
    const insert = (names: readonly string[]) => (session: Session) =>
      session.insertAll(
        Tag,
        names.map((name) => ({ name })),
      );
    const both = (): Promise<unknown> =>
      engine.transaction(async (session) => {
        await insert([`a${++count}`, `b${count}`])(session);
        await insert([`c${count}`, `d${count}`])(session);
      });
    let count = 0;
    await both();
    assert.deepEqual(await sentBy(both), ["BEBEBEBES", "BEBEBES", "BES"]);
    await engine.transaction(async (session) => {
      const kept = await insert(["x", "y"])(session);
      await assert.rejects(insert(["z", "a1"])(session), UniqueViolation);
      await assert.rejects(insert(["z", 7 as unknown as string])(session), ValidationError);
      await insert(["z", "zz"])(session);
      assert.deepEqual(
        kept.map(({ name }) => name),
        ["x", "y"],
      );
    });
    const names = await engine.query(Tag).orderBy("name").column("name");
    assert.deepEqual(names, ["a1", "a2", "b1", "b2", "c1", "c2", "d1", "d2", "x", "y", "z", "zz"]);
  }));

it("what the database refuses is not committed with the rest, and the objects are as before", () =>
  withEngine(async (engine) => {
    await engine.session().insert(Tag, { name: "taken" });
    const session = engine.session();
    const [author, tag, post] = [new Author({ name: "a" }), new Tag({ name: "taken" }), new Post({ title: "p" })];
    session.add(author, tag, post);
    await assert.rejects(session.commit(), UniqueViolation);
    assert.deepEqual([await engine.query(Author).count(), await engine.query(Tag).count(), await engine.query(Post).count()], [0, 1, 0]);
    assert.deepEqual(
      [author, tag, post].map((object) => Object.hasOwn(object, "id")),
      [false, false, false],
    );
    assert.deepEqual(session.new, [author, tag, post]);
    tag.name = "free";
    await session.commit();
    assert.equal(await engine.query(Tag).count(), 2);
  }));

it("a change that finds no row throws and keeps nothing, whether the commit went with it or not", () =>
  withEngine(async (engine) => {
    const [row] = await engine.session().insertAll(Budget, [{ n: 1 }]);
    const alone = engine.transaction(async (session) => {
      const mine = await session.getOrThrow(Budget, row!.id);
      await driver.run(write("DELETE FROM budget_rows"));
      mine.n = 5;
    });
    await assert.rejects(alone, StaleObject);
    const [other] = await engine.session().insertAll(Budget, [{ n: 1 }]);
    const withOthers = engine.transaction(async (session) => {
      const mine = await session.getOrThrow(Budget, other!.id);
      await session.insert(Author, { name: "a" });
      await session.executeRaw("DELETE FROM budget_rows");
      mine.n = 5;
    });
    await assert.rejects(withOthers, StaleObject);
    assert.deepEqual([await engine.query(Author).count(), await engine.query(Budget).count()], [0, 1]);
  }));

it("a refusal at the commit itself undoes what went with it", () =>
  withEngine(async (engine) => {
    await engine.execute(
      "ALTER TABLE budget_posts ADD CONSTRAINT late FOREIGN KEY (author_id) REFERENCES budget_authors DEFERRABLE INITIALLY DEFERRED",
    );
    const session = engine.session();
    const post = new Post({ title: "p", authorId: 77 });
    session.add(post);
    await assert.rejects(session.commit(), ForeignKeyViolation);
    assert.equal(await engine.query(Post).count(), 0);
    assert.deepEqual([Object.hasOwn(post, "id"), session.new], [false, [post]]);
  }));

it("when the connection is lost with the last writes, it is the commit whose outcome is unknown", () =>
  withEngine(async (engine) => {
    const session = engine.session();
    const author = new Author({ name: "a" });
    session.add(author);
    losesNext = true;
    await assert.rejects(session.commit(), CommitOutcomeUnknown);
    // Asking the same session which of the two happened must not write it again: it has let go.
    assert.deepEqual([Object.hasOwn(author, "id"), session.new], [false, []]);
    assert.equal(await session.query(Author).count(), 0);
    session.add(author);
    await session.commit();
    assert.equal(await engine.query(Author).count(), 1);
  }));

it("an answer that cannot be read, when the commit went with it, is an error that says that all was committed", () =>
  withEngine(async (engine) => {
    await driver.run(
      write("CREATE TABLE budget_big (id bigint GENERATED BY DEFAULT AS IDENTITY (START 9007199254740993) PRIMARY KEY, n int)"),
    );
    class Big extends Model("budget_big", { id: int().primaryKey(), n: int() }) {}
    const stored = async (): Promise<unknown> => (await driver.run(read("SELECT array_agg(n ORDER BY n) FROM budget_big"))).rows[0]![0];
    const session = engine.session();
    session.add(new Big({ n: 1 }));
    await assert.rejects(session.commit(), (error: Error) => {
      assert.equal(error.name, "UnreadableValue");
      assert.match(error.message, /^The transaction was committed, .* Do not run it again/);
      assert.equal((error.cause as Error).name, "UnreadableValue");
      return true;
    });
    assert.deepEqual(await stored(), [1]);
    // Nothing is written twice, whoever commits again, and however the transaction was begun.
    await session.commit();
    const told: string[] = [];
    const writeAndEnd: readonly ((outer: Session) => Promise<void>)[] = [
      (outer) =>
        outer.transaction(async (tx) => {
          tx.add(new Big({ n: 1 }));
        }),
      async (outer) => {
        const tx = await outer.begin();
        tx.add(new Big({ n: 1 }));
        await tx.commit();
      },
    ];
    for (const writing of writeAndEnd) {
      const outer = engine.session();
      outer.on("afterCommit", () => void told.push("committed"));
      outer.on("afterRollback", () => void told.push("rolled back"));
      await assert.rejects(writing(outer), { name: "UnreadableValue" });
      await outer.commit();
    }
    assert.deepEqual(told.slice(0, 1), ["committed"]);
    assert.ok(!told.includes("rolled back"));
    assert.deepEqual(await stored(), [1, 1, 1]);
    await driver.run(write("DELETE FROM budget_big WHERE id > 9007199254740993"));
    const inside = engine.transaction(async (inner) => {
      await inner.insertAll(Big, [{ n: 2 }, { n: 3 }]).catch(() => undefined);
    });
    await assert.rejects(inside, { name: "TransactionError" });
    assert.deepEqual(await stored(), [1]);
    assert.equal(await engine.query(Budget).count(), 0);
  }));

it("a value that cannot be written leaves the transaction open and nothing sent", () =>
  withEngine(async (engine) => {
    const session = await engine.session().begin();
    const sent = await sentBy(async () => {
      const wrong = new Tag({ name: "a" });
      (wrong as { name: unknown }).name = 7;
      session.add(new Author({ name: "a" }), wrong);
      await assert.rejects(session.commit(), ValidationError);
    });
    assert.deepEqual(sent, []);
    assert.equal(await engine.query(Author).count(), 0);
  }));

/** The packets of a committed change, as the letters of all that was sent and the number of Syncs: TCP cuts what is longer than its segments. */
const syncsOf = async (act: () => Promise<unknown>): Promise<readonly [string, number]> => {
  await recordedBy(act);
  const letters = lettersOf(Buffer.concat(packets));
  return [letters, letters.length - letters.replaceAll("S", "").length];
};

it("a commit of 1,000 changed objects of two tables costs one round trip for each table, and one for the COMMIT", () =>
  withEngine(async (engine) => {
    await engine.session().insertAll(
      Author,
      Array.from({ length: 1000 }, (_, index) => ({ name: `a${index}` })),
    );
    await engine.session().insertAll(
      Post,
      Array.from({ length: 1000 }, (_, index) => ({ title: `p${index}` })),
    );
    const change = async (): Promise<readonly [string, number]> => {
      const session = await engine.session().begin();
      const [authors, posts] = [await session.query(Author).all(), await session.query(Post).all()];
      for (const author of authors) author.name += "!";
      for (const post of posts) post.title += "!";
      return syncsOf(() => session.commit());
    };
    await change();
    assert.deepEqual(await change(), ["BESBESBES", 3]);
    assert.equal(await engine.query(Author).filter({ name__endsWith: "!!" }).count(), 1000);
    assert.equal(await engine.query(Post).filter({ title__endsWith: "!!" }).count(), 1000);
  }));

it("a graph of orders is inserted level by level: a packet for each level of generated keys, whatever the number of rows", () =>
  withEngine(async (engine) => {
    const graph = async (): Promise<readonly [string, number]> => {
      const session = engine.session();
      for (let at = 0; at < 50; at++) {
        const author = new Author({ name: `a${at}` });
        for (let each = 0; each < 4; each++) session.add(new Post({ title: `${at}.${each}`, author }));
      }
      return syncsOf(() => session.commit());
    };
    await graph();
    // BEGIN and the authors; the posts and COMMIT.
    assert.deepEqual(await graph(), ["BEBESBEBES", 2]);
    assert.equal(await engine.query(Post).filter({ authorId__isNull: false }).count(), 400);
  }));

it("relations are loaded in one packet where they are joined, and one more for each level where they are selected", () =>
  withEngine(async (engine) => {
    await engine.session().insertAll(Author, [{ name: "a" }, { name: "b" }]);
    await engine.session().insertAll(
      Post,
      Array.from({ length: 20 }, (_, index) => ({ title: `p${index}`, authorId: 1 + (index % 2) })),
    );
    const joinedOnce = () => engine.query(Post).with(joined("author")).all();
    const selected = () => engine.query(Post).with(selectIn("author")).all();
    const many = () => engine.query(Author).with("posts").all();
    const manyJoined = () => engine.query(Author).with(joined("posts")).orderBy("name").limit(2).all();
    const deep = () => engine.query(Author).with("posts.author").all();
    for (const [load, packetsOf] of [
      [joinedOnce, ["BES"]],
      [selected, ["BES", "BES"]],
      [many, ["BES", "BES"]],
      [manyJoined, ["BES"]],
      // To one: joined to the posts.
      [deep, ["BES", "BES"]],
    ] as const) {
      await load();
      assert.deepEqual(await sentBy(load), packetsOf);
    }
    const authors = await engine.query(Author).all();
    assert.deepEqual(await sentBy(() => engine.load(authors, "posts")), ["BES"]);
  }));
