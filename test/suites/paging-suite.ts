/** What the verbs that page, count and pick promise on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  bigint,
  bytes,
  bool,
  ConfigurationError,
  count,
  type CursorPage,
  date,
  decimal,
  type Engine,
  float,
  from,
  int,
  Model,
  type Query,
  sql,
  text,
  time,
  timestamp,
  union,
  unionAll,
  uuid,
} from "../../src/entry/index.ts";
import { fillBlog } from "../support/make-database.ts";
import { blog, Post, PostTag, Sample, User } from "../support/models.ts";
import { Random } from "../support/random.ts";

export interface PagingEngine {
  readonly name: string;
  readonly open: () => Promise<Engine>;
}

class Reading extends Model("readings", {
  id: int().primaryKey(),
  whole: int().nullable(),
  large: bigint().nullable(),
  real: float().nullable(),
  price: decimal({ precision: 12, scale: 4 }).nullable(),
  label: text().nullable(),
  flag: bool().nullable(),
  key: uuid().nullable(),
  at: timestamp().nullable(),
  day: date().nullable(),
  hour: time().nullable(),
  raw: bytes().nullable(),
}) {}

const columns = ["whole", "large", "real", "price", "label", "flag", "key", "at", "day", "hour", "raw"] as const;

/** A row with few different values in each column, a third of them NULL: ties everywhere. */
const readingOf = (random: Random, id: number): Reading => {
  const pick = <T>(...values: readonly T[]): T | null => (random.below(3) === 0 ? null : values[random.below(values.length)]!);
  return new Reading({
    id,
    whole: pick(-1, 0, 7),
    large: pick(9_007_199_254_740_993n, -5n),
    real: pick(0.1, -2.5e300, 3),
    price: pick("1.5000", "-0.0001", "12345678.9"),
    label: pick("", "a", "Ä'\"\u{1f600}", "null"),
    flag: pick(true, false),
    key: pick("00000000-0000-4000-8000-00000000000a", "10000000-0000-4000-8000-00000000000b"),
    at: pick(new Date(0), new Date("2026-02-03T04:05:06.789Z")),
    day: pick("2024-02-29", "1999-12-31"),
    hour: pick("00:00:00", "23:59:59.5"),
    raw: pick(new Uint8Array([0, 255]), new Uint8Array([])),
  });
};

const idsOf = (rows: readonly { id: number }[]): number[] => rows.map(({ id }) => id);

export const pagingSuite = ({ name, open }: PagingEngine): void => {
  describe(`verbs that page and pick on ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await open();
      await engine.createAll([...blog, Sample, Reading]);
      await fillBlog(engine);
      if (engine.dialect.name === "postgres") await engine.execute("SELECT setval(pg_get_serial_sequence('posts', 'id'), 100)");
      const random = new Random(7);
      await engine.session().insertAll(Array.from({ length: 60 }, (_, index) => readingOf(random, index + 1)));
    });
    after(() => engine.close());

    const statementsOf = async (work: () => Promise<unknown>): Promise<number> => {
      const start = engine.statementCount;
      await work();
      return engine.statementCount - start;
    };

    /** Every page of a keyset, one after the other. */
    const pagesOf = async <T>(
      read: (cursor: string | null) => Promise<{ items: T[]; next: string | null }>,
    ): Promise<{ pages: T[][]; cursors: string[] }> => {
      const pages: T[][] = [];
      const cursors: string[] = [];
      for (let cursor: string | null = null; ;) {
        const { items, next } = await read(cursor);
        pages.push(items);
        if (next === null) return { pages, cursors };
        cursors.push(next);
        cursor = next;
      }
    };

    describe("pages by number", () => {
      test("tell how many there are", async () => {
        const posts = engine.query(Post).orderBy("id");
        const first = await posts.paginate({ page: 1, perPage: 3 });
        assert.deepEqual(
          { ...first, items: idsOf(first.items) },
          { items: [1, 2, 3], page: 1, perPage: 3, total: 4, pages: 2, hasNext: true, hasPrevious: false },
        );
        const second = await posts.paginate({ page: 2, perPage: 3 });
        assert.deepEqual(
          { ...second, items: idsOf(second.items) },
          { items: [5], page: 2, perPage: 3, total: 4, pages: 2, hasNext: false, hasPrevious: true },
        );
        const beyond = await posts.paginate({ page: 9, perPage: 3 });
        assert.deepEqual(beyond, { items: [], page: 9, perPage: 3, total: 4, pages: 2, hasNext: false, hasPrevious: true });
        const nothing = await posts.filter({ id: 0 }).paginate({ page: 1, perPage: 3 });
        assert.deepEqual(nothing, { items: [], page: 1, perPage: 3, total: 0, pages: 0, hasNext: false, hasPrevious: false });
      });

      test("have every row once where many are equal", async () => {
        const found: number[] = [];
        for (let page = 1; page <= 6; page++)
          found.push(...idsOf((await engine.query(Reading).orderBy("flag").paginate({ page, perPage: 11 })).items));
        assert.deepEqual(
          found.toSorted((a, b) => a - b),
          Array.from({ length: 60 }, (_, index) => index + 1),
        );
      });

      test("load relations and take two statements", async () => {
        const query = engine.query(User).with("profile").orderBy("id");
        assert.equal(await statementsOf(() => query.paginate({ page: 1, perPage: 2 })), 2);
        const { items } = await query.with("posts").paginate({ page: 1, perPage: 1 });
        assert.deepEqual(idsOf(items[0]!.posts).toSorted(), [1, 2]);
        assert.equal(items[0]!.profile?.bio, "Writes.");
      });

      test("count groups of distinct values", async () => {
        const labels = engine.query(Post).select((post) => ({ views: post.views }));
        const page = await labels
          .distinct()
          .orderBy((post) => post.views.asc())
          .paginate({ page: 1, perPage: 2 });
        assert.deepEqual({ items: page.items, total: page.total }, { items: [{ views: 5 }, { views: 10 }], total: 3 });
      });

      test("refuse what is no page", async () => {
        for (const [page, perPage] of [
          [0, 1],
          [1, 0],
          ["1", 1],
          [1.5, 1],
          [1, undefined],
          [Number.MAX_SAFE_INTEGER, 9],
        ] as never[][])
          await assert.rejects(engine.query(Post).paginate({ page: page!, perPage: perPage! }), { code: "E1001" });
        await assert.rejects(
          engine.query(Post).limit(1).paginate({ page: 1, perPage: 1 }),
          /does not go together with limit\(\) or offset\(\)/,
        );
      });
    });

    describe("findAndCount", () => {
      test("gives the rows of the limit and the number without it", async () => {
        const query = engine.query(Post).filter({ views__gte: 10 }).orderBy("id").limit(1).offset(1);
        const [posts, total] = await query.findAndCount();
        assert.deepEqual([idsOf(posts), total], [[2], 3]);
        assert.equal(await statementsOf(() => query.findAndCount()), 2);
      });

      test("sees what its own transaction wrote, and keeps the session's objects", async () => {
        const undo = new Error("undo");
        await assert.rejects(
          engine.transaction(async (session) => {
            const ann = await session.getOrThrow(User, 1);
            session.add(new Post({ title: "New", authorId: 1 }));
            const [posts, total] = await session.query(Post).filter({ authorId: 1 }).with("author").limit(1).findAndCount();
            assert.equal(total, 3);
            assert.equal(posts[0]!.author, ann);
            throw undo;
          }),
          (error) => error === undo,
        );
      });

      test("stops at its signal", async () => {
        const reason = new Error("enough");
        await assert.rejects(engine.query(Post).findAndCount({ signal: AbortSignal.abort(reason) }), (error) => error === reason);
      });
    });

    describe("pages by cursor", () => {
      test("go through all rows in every order of every column, ties and NULLs included", async () => {
        for (const column of columns) {
          for (const order of [column, `-${column}`] as const) {
            const query = engine.query(Reading).orderBy(order);
            const direction = order === column ? "id" : "-id";
            const whole = idsOf(await query.orderBy(direction).all());
            const { pages } = await pagesOf((cursor) => query.pageAfter(cursor, { limit: 7 }));
            assert.deepEqual(idsOf(pages.flat()), whole, order);
            assert.deepEqual(
              pages.map(({ length }) => length),
              [7, 7, 7, 7, 7, 7, 7, 7, 4],
            );
          }
        }
      });

      test("go through mixed directions and NULLs at either end", async () => {
        const random = new Random(11);
        for (let round = 0; round < 25; round++) {
          let query = engine.query(Reading);
          const chosen = new Set(Array.from({ length: 1 + random.below(3) }, () => columns[random.below(columns.length)]!));
          for (const column of chosen) {
            const kind = random.below(4);
            query = query.orderBy((row) => {
              const ordering = kind < 2 ? row[column].asc() : row[column].desc();
              return kind % 2 === 0 ? ordering.nullsFirst() : ordering.nullsLast();
            });
          }
          query = query.orderBy("-id");
          const { pages } = await pagesOf((cursor) => query.pageAfter(cursor, { limit: 1 + random.below(20) }));
          assert.deepEqual(idsOf(pages.flat()), idsOf(await query.all()), [...chosen].join());
        }
      });

      test("order by relations, computed columns and SQL of one's own", async () => {
        const byAuthor = engine.query(Post).orderBy("author.name", "-views");
        const pages = await pagesOf((cursor) => byAuthor.pageAfter(cursor, { limit: 1 }));
        assert.deepEqual(idsOf(pages.pages.flat()), idsOf(await byAuthor.orderBy("-id").all()));
        const byCount = engine
          .query(User)
          .annotate({ written: count("posts") })
          .orderBy("-written");
        const written = await pagesOf((cursor) => byCount.pageAfter(cursor, { limit: 1 }));
        assert.deepEqual(
          written.pages.flat().map(({ id, written: posts }) => [id, posts]),
          (await byCount.orderBy("-id").all()).map(({ id, written: posts }) => [id, posts]),
        );
        const byReviewer = engine.query(Post).orderBy("-reviewer.age");
        const reviewed = await pagesOf((cursor) => byReviewer.pageAfter(cursor, { limit: 1 }));
        assert.deepEqual(idsOf(reviewed.pages.flat()), idsOf(await byReviewer.orderBy("-id").all()));
        const byText = engine.query(Post).orderBy((post) => post.title.lower().desc());
        const texts = await pagesOf((cursor) => byText.pageAfter(cursor, { limit: 1 }));
        assert.deepEqual(idsOf(texts.pages.flat()), idsOf(await byText.orderBy("-id").all()));
      });

      test("begin with the model's own order", async () => {
        const { items, next } = await engine.query(Post).pageAfter(null, { limit: 2 });
        assert.deepEqual(idsOf(items), [5, 3]);
        assert.deepEqual(idsOf((await engine.query(Post).pageAfter(next, { limit: 2 })).items), [2, 1]);
      });

      test("leave out and repeat nothing while rows come and go", async () => {
        const rows = engine.query(Post).orderBy("id");
        const first = await rows.pageAfter(null, { limit: 2 });
        const session = engine.session();
        const extra = await session.insert(Post, { id: 0, title: "Before", authorId: 1 });
        const second = await rows.pageAfter(first.next, { limit: 2 });
        await session.remove(extra);
        assert.deepEqual([idsOf(first.items), idsOf(second.items), second.next], [[1, 2], [3, 5], null]);
      });

      test("take other conditions, but no other order", async () => {
        const { next } = await engine.query(Post).orderBy("id").pageAfter(null, { limit: 1 });
        assert.deepEqual(
          idsOf((await engine.query(Post).filter({ published: true }).orderBy("id").pageAfter(next, { limit: 1 })).items),
          [3],
        );
        await assert.rejects(engine.query(Post).orderBy("-id").pageAfter(next, { limit: 1 }), { code: "E1304", name: "InvalidCursor" });
        await assert.rejects(engine.query(User).orderBy("id").pageAfter(next, { limit: 1 }), { code: "E1304", model: "User" });
        await assert.rejects(engine.query(Post).orderBy("author.id").pageAfter(next, { limit: 1 }), { code: "E1304" });
      });

      test("refuse a cursor that was changed anywhere", async () => {
        const query = engine.query(Reading).orderBy("label", "at");
        const { next } = await query.pageAfter(null, { limit: 9 });
        const cursor = next!;
        for (let index = 0; index < cursor.length; index++) {
          const other = cursor[index] === "A" ? "B" : "A";
          const changed = cursor.slice(0, index) + other + cursor.slice(index + 1);
          if (Buffer.from(changed, "base64url").equals(Buffer.from(cursor, "base64url"))) continue;
          await assert.rejects(query.pageAfter(changed, { limit: 9 }), { code: "E1304" });
        }
        for (const wrong of [
          "",
          "x",
          cursor.slice(1),
          cursor.slice(0, -2),
          `${cursor}AA`,
          "{}",
          "'; DROP TABLE readings; --",
          5,
          undefined,
          {},
        ])
          await assert.rejects(query.pageAfter(wrong as string, { limit: 9 }), { code: "E1304" });
      });

      test("give a session its own objects, with relations, and fewer columns", async () => {
        const session = engine.session();
        const hello = await session.getOrThrow(Post, 1);
        const { items } = await session.query(Post).with("comments", "author").orderBy("id").pageAfter(null, { limit: 1 });
        assert.equal(items[0], hello);
        assert.deepEqual(idsOf(items[0]!.comments).toSorted(), [1, 2]);
        assert.equal(items[0]!.author.name, "Ann");
        const narrow = await engine.query(Post).only("title").orderBy("-views", "id").pageAfter(null, { limit: 2 });
        assert.deepEqual(
          narrow.items.map((post) => ({ ...post })),
          [
            { id: 2, title: "World" },
            { id: 1, title: "Hello" },
          ],
        );
        const plain = await engine
          .query(Post)
          .select((post) => ({ name: post.title }))
          .orderBy((post) => post.views.asc())
          .pageAfter(null, { limit: 1 });
        assert.deepEqual(plain.items, [{ name: "100% sure_thing" }]);
      });

      test("page rows with composite keys", async () => {
        const query = engine.query(PostTag).orderBy("-tagId");
        const { pages } = await pagesOf((cursor) => query.pageAfter(cursor, { limit: 1 }));
        assert.deepEqual(
          pages.flat().map(({ postId, tagId }) => [tagId, postId]),
          [
            [2, 3],
            [2, 1],
            [1, 4],
            [1, 1],
          ],
        );
      });

      test("find microseconds that a Date does not have", async () => {
        await engine.execute("DELETE FROM samples");
        for (let id = 1; id <= 6; id++)
          await engine.execute("INSERT INTO samples (id, at) VALUES (?, ?)", [
            id,
            `2026-01-01 00:00:00.12345${id}${engine.dialect.name === "postgres" ? "+00" : ""}`,
          ]);
        const query = engine.query(Sample).only("id").orderBy("at");
        const { pages } = await pagesOf((cursor) => query.pageAfter(cursor, { limit: 1 }));
        assert.deepEqual(idsOf(pages.flat()), [1, 2, 3, 4, 5, 6]);
      });

      test("refuse a limit, an offset, distinct rows and columns without an order", async () => {
        await assert.rejects(engine.query(Post).limit(3).pageAfter(null, { limit: 1 }), /limit\(\) or offset\(\)/);
        await assert.rejects(engine.query(Post).distinct().pageAfter(null, { limit: 1 }), /distinct\(\)/);
        await assert.rejects(engine.query(Sample).orderBy("data").pageAfter(null, { limit: 1 }), /of kind json/);
        await assert.rejects(engine.query(Post).pageAfter(null, { limit: 0 }), /whole number from 1, not 0/);
        await assert.rejects(engine.query(Post).pageAfter(null, {} as { limit: number }), /not undefined/);
      });

      test("go through rows of sources that tell them apart, and refuse those that may be equal", async () => {
        const posts = engine.query(Post);
        const views = posts.select((post) => ({ views: post.views }));
        const all = async <E, Row>(query: Query<E, Row>): Promise<Row[]> => {
          const rows: Row[] = [];
          let next: string | null = null;
          do {
            const page: CursorPage<Row> = await query.pageAfter(next, { limit: 2 });
            rows.push(...page.items);
            ({ next } = page);
          } while (next !== null);
          return rows;
        };
        const whole = await posts.orderBy("id").all();
        assert.deepEqual(await all(from(posts.filter({ id__gt: 0 })).orderBy("id")), whole);
        assert.deepEqual(await all(union(posts.filter({ views__gte: 5 }), posts).orderBy("id")), whole);
        const distinct = [...new Set(whole.map((post) => post.views))].sort((a, b) => a - b);
        assert.ok(distinct.length < whole.length, "some have equal views");
        assert.deepEqual(
          (await all(from(views.distinct()).orderBy("views"))).map((row) => row.views),
          distinct,
        );
        assert.deepEqual(
          (await all(union(views, views).orderBy("views"))).map((row) => row.views),
          distinct,
        );
        const withKey = from(posts.select((post) => ({ id: post.id, views: post.views }))).orderBy("views");
        assert.equal((await all(withKey)).length, whole.length);
        assert.deepEqual(
          (await all(from(posts.groupBy("views").annotate({ posts: count() })).orderBy("views"))).map((row) => row.views),
          distinct,
        );
        for (const repeated of [
          from(views).orderBy("views"),
          unionAll(views, views).orderBy("views"),
          unionAll(posts, posts).orderBy("id"),
          from(unionAll(posts, posts)).orderBy("id"),
        ] as Query<Post, unknown>[])
          await assert.rejects(
            repeated.pageAfter(null, { limit: 1 }),
            (error: unknown) => error instanceof ConfigurationError && /rows of this source may be equal/.test(error.message),
          );
      });
    });

    describe("one row", () => {
      test("latest and earliest go by a column, whatever the order", async () => {
        assert.equal((await engine.query(Post).orderBy("title").latest("createdAt"))?.id, 5);
        assert.equal((await engine.query(Post).latest("views"))?.id, 2);
        assert.equal((await engine.query(Post).filter({ views: 10 }).latest("views"))?.id, 5);
        assert.equal((await engine.query(Post).filter({ views: 10 }).earliest("views"))?.id, 1);
        assert.equal((await engine.query(Post).with("author").earliest("author.age"))?.author.name, "Çelik");
        assert.equal((await engine.query(User).earliest("age"))?.id, 3);
      });

      test("rows without a value are neither latest nor earliest", async () => {
        assert.equal((await engine.query(User).latest("age"))?.id, 1);
        assert.equal(await engine.query(User).filter({ id: 2 }).latest("age"), null);
        assert.equal(await engine.query(User).filter({ id: 0 }).earliest("id"), null);
        await assert.rejects(
          engine.query(User).limit(2).latest("id"),
          /latest\(\) of User does not go together with limit\(\) or offset\(\)/,
        );
      });

      test("get finds the only row, or says that there is none or several", async () => {
        assert.equal((await engine.query(User).get({ email: "ann@example.com" })).id, 1);
        await assert.rejects(engine.query(User).get({ id: 9 }), { name: "NoResultFound" });
        await assert.rejects(engine.query(User).get({ id__gt: 1 }), { name: "MultipleResultsFound" });
        await assert.rejects(engine.query(User).get({ id: undefined as never }), { code: "E1001" });
      });
    });

    describe("inBulk", () => {
      test("gives rows by key in the order of the keys, in one statement", async () => {
        const found = await engine.query(User).with("posts").inBulk([3, 99, 1, 3]);
        assert.deepEqual(
          [...found].map(([id, user]) => [id, user.name, user.posts.length]),
          [
            [3, "Çelik", 1],
            [1, "Ann", 2],
          ],
        );
        assert.equal(await statementsOf(() => engine.query(User).inBulk([1, 2])), 1);
        assert.equal(await statementsOf(() => engine.query(User).inBulk([])), 0);
        assert.deepEqual(
          [
            ...(
              await engine
                .query(User)
                .filter({ vip: true })
                .inBulk(new Set([1, 2]))
            ).keys(),
          ],
          [1],
        );
      });

      test("takes composite keys by name, and gives none that mixes two", async () => {
        const keys = [
          { postId: 1, tagId: 1 },
          { postId: 3, tagId: 2 },
        ];
        const found = await engine.query(PostTag).inBulk(keys);
        assert.deepEqual([...found.keys()], keys);
        assert.equal(found.get(keys[1]!)?.tagId, 2);
        assert.equal(found.size, 2);
      });

      test("refuses what is no list of keys", async () => {
        await assert.rejects(engine.query(User).inBulk(5 as never), /takes an array of primary keys, not an integer/);
        await assert.rejects(engine.query(User).inBulk([null as never]), { code: "E1001" });
        await assert.rejects(engine.query(User).inBulk(["1" as never]), { code: "E1101" });
        await assert.rejects(engine.query(User).limit(1).inBulk([1]), /limit\(\) or offset\(\)/);
        await assert.rejects(
          engine
            .query(User)
            .select((user) => ({ name: user.name }))
            .inBulk([1]),
          /select\(\)/,
        );
      });
    });

    test("none has no rows, and asks for none", async () => {
      const none = engine.query(Post).filter({ published: true }).none();
      const empty = async (): Promise<void> => {
        assert.deepEqual(await none.all(), []);
        assert.equal(await none.first(), null);
        assert.equal(await none.count(), 0);
        assert.equal(await none.exists(), false);
        assert.deepEqual(await none.values("id"), []);
        assert.equal(await none.delete(), 0);
        assert.equal(await none.update({ views: 1 }), 0);
        await assert.rejects(none.one(), { name: "NoResultFound" });
      };
      assert.equal(await statementsOf(empty), 0);
      assert.deepEqual(await none.aggregate({ posts: count() }), { posts: 0 });
      assert.equal(await none.sum("views"), null);
      assert.deepEqual(await none.filter({ id: 1 }).paginate({ page: 1, perPage: 5 }), {
        items: [],
        page: 1,
        perPage: 5,
        total: 0,
        pages: 0,
        hasNext: false,
        hasPrevious: false,
      });
      for await (const post of none) assert.fail(`there is ${post.id}`);
      assert.equal(
        await engine
          .query(Post)
          .where(sql`1 = 1`)
          .count(),
        4,
      );
    });
  });
};
