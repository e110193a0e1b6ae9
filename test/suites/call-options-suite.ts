/**
 * Every call that asks the database takes `{ signal, timeout }`, and they cover all of it: on every database, run this with a way to make an engine.
 * The tables below name all verbs there are; one that is new is missing here, and the first test says so.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Objects } from "../../src/active-record/objects.ts";
import { setEngines } from "../../src/active-record/current-engine.ts";
import {
  belongsTo,
  type CallOptions,
  count,
  type Engine,
  type EngineOptions,
  int,
  Model,
  prepare,
  QueryCanceled,
  type Session,
  sql,
} from "../../src/entry/index.ts";
import { ColumnarQuery } from "../../src/query/columnar-query.ts";
import { PagingQuery } from "../../src/query/paging/paging-query.ts";
import { QueryBuilder } from "../../src/query/query-builder.ts";
import { RelationCollection } from "../../src/session/tracking/collection.ts";
import { Engine as EngineClass } from "../../src/session/engine.ts";
import { Session as SessionClass } from "../../src/session/session.ts";
import { fillBlog } from "../support/make-database.ts";
import { blog, Post, Tag, User } from "../support/models.ts";

/** Its table is never made: the key in it needs a lock on that of users. */
class Fresh extends Model("fresh_rows", { id: int().primaryKey(), userId: int(), user: () => belongsTo(User, "userId") }) {}
class Lone extends Model("lone_rows", { id: int().primaryKey() }) {}

/** What a verb is called with: objects that were loaded by the session. */
interface Hand {
  readonly engine: Engine;
  readonly session: Session;
  readonly user: User;
  readonly post: Post;
  readonly tag: Tag;
}

type Call = (hand: Hand, options: CallOptions) => Promise<unknown>;
type Verbs = Readonly<Record<string, Call>>;

/** Gets in the way, and gives what gets out of it again. */
type Hinder = () => Promise<(() => Promise<void>) | null>;

const drained = async (rows: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of rows);
};

const newUser = { name: "Dora", email: "dora@example.com" };

const queryVerbs: Verbs = {
  all: ({ session }, options) => session.query(User).all(options),
  first: ({ session }, options) => session.query(User).first(options),
  last: ({ session }, options) => session.query(User).last(options),
  one: ({ session }, options) => session.query(User).filter({ id: 1 }).one(options),
  oneOrNull: ({ session }, options) => session.query(User).filter({ id: 1 }).oneOrNull(options),
  get: ({ session }, options) => session.query(User).get({ id: 1 }, options),
  latest: ({ session }, options) => session.query(User).latest("createdAt", options),
  earliest: ({ session }, options) => session.query(User).earliest("createdAt", options),
  inBulk: ({ session }, options) => session.query(User).inBulk([1, 2], options),
  findAndCount: ({ session }, options) => session.query(User).findAndCount(options),
  paginate: ({ session }, options) => session.query(User).paginate({ page: 1, perPage: 2, ...options }),
  pageAfter: ({ session }, options) => session.query(User).pageAfter(null, { limit: 2, ...options }),
  stream: ({ session }, options) => drained(session.query(User).stream(options)),
  lazy: ({ session }, options) => session.query(User).lazy(options),
  toColumns: ({ session }, options) => session.query(User).toColumns(options),
  toColumnBatches: ({ session }, options) => drained(session.query(User).toColumnBatches(options)),
  toArrow: ({ session }, options) => session.query(User).toArrow(options),
  toArrowBatches: ({ session }, options) => drained(session.query(User).toArrowBatches(options)),
  count: ({ session }, options) => session.query(User).count(options),
  exists: ({ session }, options) => session.query(User).exists(options),
  sum: ({ session }, options) => session.query(Post).sum("views", options),
  avg: ({ session }, options) => session.query(Post).avg("views", options),
  min: ({ session }, options) => session.query(Post).min("views", options),
  max: ({ session }, options) => session.query(Post).max("views", options),
  aggregate: ({ session }, options) => session.query(Post).aggregate({ posts: count() }, options),
  values: ({ session }, options) => session.query(User).values("id", "name", options),
  valuesList: ({ session }, options) => session.query(User).valuesList("id", "name", options),
  column: ({ session }, options) => session.query(User).column("name", options),
  update: ({ session }, options) => session.query(User).update({ age: 1 }, { all: true, ...options }),
  delete: ({ session }, options) => session.query(Post).delete({ all: true, ...options }),
  explain: ({ session }, options) => session.query(User).explain(options),
  execute: ({ session }, options) => QueryBuilder.of(session.query(User))!.execute(options),
  loadInto: ({ session, user }, options) => QueryBuilder.of(session.query(User).with("posts"))!.loadInto([user], options),
  runPrepared: ({ session }, options) => prepare({ id: int() }, ({ id }) => session.query(User).filter({ id })).all({ id: 1 }, options),
  valuePrepared: ({ session }, options) => prepare({ id: int() }, ({ id }) => session.query(User).filter({ id })).count({ id: 1 }, options),
};
const queryOthers = ["on", "forBatch", "toSQL", "textOf", "plan", "running", "runAt", "whole", "derive", "about"];

const sessionVerbs: Verbs = {
  get: ({ session }, options) => session.get(User, 99, options),
  getOrThrow: ({ session }, options) => session.getOrThrow(User, 99, options),
  load: ({ session, user }, options) => session.load([user], "posts", options),
  insert: ({ session }, options) => session.insert(User, newUser, options),
  insertAll: ({ session }, options) => session.insertAll(User, [newUser], options),
  insertFrom: ({ session }, options) =>
    session.insertFrom(
      Tag,
      session.query(User).select((user) => ({ name: user.email })),
      options,
    ),
  update: ({ session, user }, options) => session.update(user, { age: 1 }, options),
  getOrCreate: ({ session }, options) => session.getOrCreate(User, { email: newUser.email }, { name: "Dora" }, options),
  updateOrCreate: ({ session }, options) => session.updateOrCreate(User, { email: "ann@example.com" }, { age: 1 }, options),
  bulkUpdate: ({ session, user }, options) => session.bulkUpdate([user], ["name"], options),
  remove: ({ session, user }, options) => session.remove(user, options),
  upsert: ({ session }, options) => session.upsert(User, newUser, { conflictTarget: "email", ...options }),
  upsertAll: ({ session }, options) => session.upsertAll(User, [newUser], { conflictTarget: "email", ...options }),
  softDelete: ({ session, post }, options) => session.softDelete(post, options),
  restore: ({ session, post }, options) => session.restore(post, options),
  forceDelete: ({ session, post }, options) => session.forceDelete(post, options),
  refresh: ({ session, user }, options) => session.refresh(user, options),
  flush: ({ session, user }, options) => {
    user.age = 1;
    return session.flush(options);
  },
  commit: ({ session, user }, options) => {
    user.age = 1;
    return session.commit(options);
  },
  execute: ({ session }, options) => session.execute(sql`SELECT ${User.columns.id} FROM ${User}`, options),
  executeRaw: ({ session }, options) => session.executeRaw("SELECT id FROM users", [], options),
  begin: async ({ session }, options) => {
    await using inner = await session.begin(options);
    await inner.query(User).all();
  },
  transaction: ({ session }, options) => session.transaction((inner) => inner.query(User).all(), options),
  batch: ({ session }, options) => session.batch([session.query(User), sql`SELECT id FROM users`], options),
};
/** COPY is PostgreSQL's. */
const copyVerbs: Verbs = {
  copyFrom: ({ session }, options) => session.copyFrom(Tag, [{ name: "copied" }], options),
  copyTo: ({ session }, options) => drained(session.copyTo(User, options)),
};
const sessionOthers = [
  ...["run", "runAll", "stream", "adopt", "query", "add", "addAll", "delete", "isDirty", "has", "expunge", "on"],
  // They are told the options of what they belong to, or end what others began.
  ...["collection", "afterCommit", "rollback"],
];

const collectionVerbs: Verbs = {
  add: ({ session, post, tag }, options) => session.collection(post, "tags", options).add(tag),
  remove: ({ session, post, tag }, options) => session.collection(post, "tags", options).remove(tag),
  set: ({ session, post, tag }, options) => session.collection(post, "tags", options).set([tag]),
  clear: ({ session, post }, options) => session.collection(post, "tags", options).clear(),
};

const engineVerbs: Verbs = {
  load: ({ engine, user }, options) => engine.load([user], "posts", options),
  transaction: ({ engine }, options) => engine.transaction((tx) => tx.query(User).all(), options),
  batch: ({ engine }, options) => engine.batch([engine.query(User)], options),
  execute: ({ engine }, options) => engine.execute("SELECT id FROM users", [], options),
  explain: ({ engine }, options) => engine.explain("SELECT id FROM users", [], options),
  createAll: ({ engine }, options) => engine.createAll([Fresh], options),
  dropAll: ({ engine }, options) => engine.dropAll([Post], options),
};
const serverVerbs: Verbs = {
  copyFrom: ({ engine }, options) => engine.copyFrom(Tag, [{ name: "copied" }], options),
  copyTo: ({ engine }, options) => drained(engine.copyTo(User, options)),
};
/** They need no table, and `listen` no connection of the pool. */
const tellingVerbs: Verbs = {
  notify: ({ engine }, options) => engine.notify("news", "", options),
  listen: ({ engine }, options) => engine.listen("news", () => {}, options),
};
/** `lastWrite` waits for the primary, as `health` does, for at most 5 s of its own. */
const engineOthers = ["query", "with", "session", "poolStatus", "lastWrite"];

const objects = (): Objects<User> => new Objects(User);
const objectsVerbs: Verbs = {
  all: (_, options) => objects().all(options),
  first: (_, options) => objects().first(options),
  last: (_, options) => objects().last(options),
  count: (_, options) => objects().count(options),
  exists: (_, options) => objects().exists(options),
  latest: (_, options) => objects().latest("createdAt", options),
  earliest: (_, options) => objects().earliest("createdAt", options),
  inBulk: (_, options) => objects().inBulk([1], options),
  findAndCount: (_, options) => objects().findAndCount(options),
  paginate: (_, options) => objects().paginate({ page: 1, perPage: 2, ...options }),
  pageAfter: (_, options) => objects().pageAfter(null, { limit: 2, ...options }),
  get: (_, options) => objects().get({ id: 1 }, options),
  create: (_, options) => objects().create(newUser, options),
  bulkCreate: (_, options) => objects().bulkCreate([newUser], options),
  bulkUpdate: ({ user }, options) => objects().bulkUpdate([user], ["name"], options),
  getOrCreate: (_, options) => objects().getOrCreate({ email: newUser.email }, { name: "Dora" }, options),
  updateOrCreate: (_, options) => objects().updateOrCreate({ email: "ann@example.com" }, { age: 1 }, options),
};
const objectsOthers = ["using", "on", "query", "filter", "exclude", "where", "orderBy", "with", "none"];

const methodsOf = (...classes: readonly { readonly prototype: object }[]): string[] =>
  classes
    .flatMap(({ prototype }) => Object.entries(Object.getOwnPropertyDescriptors(prototype)))
    .filter(([name, { value, get }]) => name !== "constructor" && (typeof value === "function" || (name === "load" && get !== undefined)))
    .map(([name]) => name)
    .sort();

export interface EngineWithOneConnection {
  readonly name: string;
  readonly open: (options?: EngineOptions) => Promise<Engine>;
  /** Locks all tables from elsewhere, until the returned function is called. Null where a statement that has begun cannot be stopped. */
  readonly lockTables: ((tables: readonly string[]) => Promise<() => Promise<void>>) | null;
}

export const callOptionsSuite = ({ name, open, lockTables }: EngineWithOneConnection): void => {
  const tables: Readonly<Record<string, Verbs>> = {
    query: queryVerbs,
    session: lockTables === null ? sessionVerbs : { ...sessionVerbs, ...copyVerbs },
    collection: collectionVerbs,
    engine: lockTables === null ? engineVerbs : { ...engineVerbs, ...serverVerbs },
    objects: objectsVerbs,
  };
  const verbs = Object.entries(tables).flatMap(([owner, table]) =>
    Object.entries(table).map(([verb, call]) => ({ verb: `${owner} ${verb}`, call })),
  );

  describe(`call options on ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await open();
      setEngines(new Map([["default", engine]]));
      await engine.createAll([...blog, Lone]);
      await fillBlog(engine);
    });
    after(async () => {
      setEngines(new Map());
      await engine.close();
    });

    /** What a verb is rejected with while `hinder` stands in its way. */
    const rejection = async (call: Call, options: CallOptions, hinder: Hinder = () => Promise.resolve(null)): Promise<unknown> => {
      const session = engine.session();
      const hand: Hand = {
        engine,
        session,
        user: await session.query(User).filter({ id: 1 }).one(),
        post: await session.query(Post).filter({ id: 1 }).one(),
        tag: await session.query(Tag).filter({ id: 1 }).one(),
      };
      const free = await hinder();
      try {
        return await call(hand, options).then(
          () => "no rejection",
          (error: unknown) => error,
        );
      } finally {
        await free?.();
        await session.rollback();
      }
    };

    test("there is no other verb", () => {
      const named = (...lists: readonly (readonly string[] | Verbs)[]): string[] =>
        lists.flatMap((list) => (Array.isArray(list) ? (list as string[]) : Object.keys(list))).sort();
      assert.deepEqual(methodsOf(QueryBuilder, ColumnarQuery, PagingQuery), named(queryVerbs, queryOthers));
      assert.deepEqual(methodsOf(SessionClass), named(sessionVerbs, copyVerbs, sessionOthers));
      assert.deepEqual(methodsOf(RelationCollection), named(collectionVerbs));
      assert.deepEqual(methodsOf(EngineClass), named(engineVerbs, serverVerbs, tellingVerbs, engineOthers));
      assert.deepEqual(methodsOf(Objects), named(objectsVerbs, objectsOthers));
    });

    test("a signal that is aborted already stops it, and its own reason comes out", async () => {
      const telling = lockTables === null ? [] : Object.entries(tellingVerbs).map(([verb, call]) => ({ verb, call }));
      for (const { verb, call } of [...verbs, ...telling]) {
        const reason = new Error("changed my mind");
        assert.equal(await rejection(call, { signal: AbortSignal.abort(reason) }), reason, verb);
      }
    });

    const isTooSlow = (reason: unknown, verb: string): void => {
      assert.ok(reason instanceof QueryCanceled, `${verb}: ${String(reason)}`);
      assert.match(reason.message, /^The call did not end within 10 ms, its timeout/, verb);
    };

    test("a timeout covers the wait for a connection", async () => {
      const hold: Hinder = async () => {
        const holder = await engine.session().begin();
        await holder.query(Lone).all();
        return () => holder.rollback();
      };
      for (const { verb, call } of verbs) isTooSlow(await rejection(call, { timeout: 10 }, hold), verb);
    });

    const cannotStop = lockTables === null ? "a statement that has begun cannot be stopped in this process" : false;
    test("a timeout covers the running statement", { skip: cannotStop }, async () => {
      const lock: Hinder = () => lockTables!(blog.map(({ table }) => table));
      for (const { verb, call } of verbs) isTooSlow(await rejection(call, { timeout: 10 }, lock), verb);
    });

    test("afterwards everything is as it was, and the connection of use", async () => {
      assert.deepEqual(await engine.query(User).orderBy("id").column("name", { timeout: "10s" }), ["Ann", "bob", "Çelik"]);
      assert.equal(await engine.query(Post).withDeleted().count(), 5);
      assert.deepEqual(await engine.query(Post).with("tags").filter({ id: 1 }).values("tags.name"), [
        { tags: [{ name: "typescript" }, { name: "sql" }] },
      ]);
    });
  });
};
