/** What `joined("…")` promises of relations to many on every database: one statement, and what two statements would give. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  ConfigurationError,
  count,
  type Engine,
  from,
  isPetrelError,
  joined,
  MultipleResultsFound,
  noLoad,
  prepare,
  rowNumber,
  selectIn,
  text,
} from "../../src/entry/index.ts";
import { insertLeague, Badge, Game, Entry, league, Player, Team } from "./loading-models.ts";
import { fixed } from "./loading-league.ts";
import type { LoadingEngine } from "./loading-suite.ts";

const handles = (players: readonly Player[]): string[] => players.map((player) => player.handle);

export const loadingJoinedSuite = ({ name, open }: LoadingEngine): void => {
  describe(`relations to many by a JOIN on ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await open();
      await engine.createAll([...league]);
      await insertLeague(engine, fixed);
    });
    after(() => engine.close());

    const players = (): ReturnType<typeof engine.query<Player>> => engine.query(Player);
    const teams = (): ReturnType<typeof engine.query<Team>> => engine.query(Team);
    const games = (): ReturnType<typeof engine.query<Game>> => engine.query(Game);

    /** What `work` gives, by one statement. */
    const inOne = async <T>(work: () => Promise<T>): Promise<T> => {
      const start = engine.statementCount;
      const result = await work();
      assert.equal(engine.statementCount - start, 1);
      return result;
    };
    const refuses = (work: () => Promise<unknown>, message: RegExp): Promise<void> =>
      assert.rejects(work, (error) => error instanceof ConfigurationError && isPetrelError(error) && message.test(error.message));

    test("each row once with its children in the model's order, deleted ones left out; empty without any", async () => {
      const rows = await inOne(() => teams().with(joined("players")).orderBy("name").all());
      assert.deepEqual(
        rows.map((team) => [team.name, handles(team.players)]),
        [
          ["blue", ["dan"]],
          ["ghosts", []],
          ["red", ["ann", "bob", "cleo"]],
        ],
      );
      assert.ok(rows[2] instanceof Team && rows[2].players[0] instanceof Player);
      assert.deepEqual(rows, await teams().with(selectIn("players")).orderBy("name").all());
    });

    test("many-to-many leaves out deleted links and deleted rows, and keeps rows that have no other", async () => {
      const rows = await inOne(() => players().with(joined("games")).orderBy("id").all());
      assert.deepEqual(
        rows.map((player) => [player.handle, player.games.map((game) => game.code)]),
        [
          ["ann", ["chess", "go"]],
          ["bob", ["go"]],
          ["cleo", []],
          ["dan", []],
          ["finn", []],
        ],
      );
      const back = await inOne(() => games().with(joined("players")).orderBy("code").all());
      assert.deepEqual(
        back.map((game) => [game.code, handles(game.players)]),
        [
          ["chess", ["ann"]],
          ["go", ["ann", "bob"]],
          ["none", []],
        ],
      );
    });

    test("withDeleted and onlyDeleted hold for what is joined as for what is loaded", async () => {
      for (const query of [players().withDeleted(), players().onlyDeleted()])
        for (const cut of [query.orderBy("id"), query.orderBy("-id").limit(3)])
          assert.deepEqual(await inOne(() => cut.with(joined("crew")).all()), await cut.with(selectIn("crew")).all());
    });

    test("limit, offset, first, last and one are about the rows, not about the pairs", async () => {
      const byRank = players().orderBy("-rank", "handle");
      const other = byRank.with(selectIn("crew"));
      const query = byRank.with(joined("crew"));
      assert.deepEqual(await inOne(() => query.limit(2).offset(1).all()), await other.limit(2).offset(1).all());
      assert.deepEqual(await inOne(() => query.offset(3).all()), await other.offset(3).all());
      assert.deepEqual(await inOne(() => query.first()), await other.first());
      assert.deepEqual(await inOne(() => query.last()), await other.last());
      assert.deepEqual(await inOne(() => query.filter({ handle: "ann" }).one()), await other.filter({ handle: "ann" }).one());
      assert.deepEqual(await inOne(() => query.latest("rank")), await other.latest("rank"));
      assert.deepEqual(await inOne(() => query.inBulk([1n, 4n])), await other.inBulk([1n, 4n]));
      assert.deepEqual(await query.paginate({ page: 2, perPage: 2 }), await other.paginate({ page: 2, perPage: 2 }));
      assert.deepEqual(await query.limit(2).findAndCount(), await other.limit(2).findAndCount());
      assert.equal(await inOne(() => query.count()), 5);
      assert.equal(await inOne(() => query.filter({ handle: "nobody" }).first()), null);
      await assert.rejects(query.one(), MultipleResultsFound);
    });

    test("orders by relations and expressions, with a limit and without", async () => {
      const queries = [
        players().orderBy("team.name", "id"),
        players().orderBy((player) => player.handle.upper().desc()),
        players().orderBy("-captain.handle", "handle").limit(3),
        players()
          .annotate({ size: count("crew") })
          .orderBy("-size", "id"),
        players()
          .annotate({ size: count("crew") })
          .orderBy("-size", "id")
          .limit(2),
        players()
          .annotate((player) => ({ place: rowNumber().over({ orderBy: player.handle.desc() }) }))
          .orderBy("id"),
        players().filter({ crew__rank__gte: 2 }).distinct().orderBy("id"),
        players().only("handle").orderBy("-rank", "id").limit(2),
        from(players().orderBy("id").limit(4)).orderBy("-id"),
      ] as unknown as ReturnType<typeof players>[];
      for (const query of queries) assert.deepEqual(await inOne(() => query.with(joined("crew")).all()), await query.with("crew").all());
    });

    test("relations below it and beside it, and below a relation to one", async () => {
      const rows = await inOne(() => teams().with(joined("players"), "players.badge", "players.captain.team").orderBy("name").all());
      assert.deepEqual(rows, await teams().with("players.badge", "players.captain.team").orderBy("name").all());
      const beside = await players().with("team", joined("crew"), "games", "crew.games").orderBy("id").all();
      assert.deepEqual(beside, await players().with("team", "crew", "games", "crew.games").orderBy("id").all());
      const behind = await inOne(() => players().with("captain", joined("captain.crew")).orderBy("id").all());
      assert.deepEqual(behind, await players().with("captain.crew").orderBy("id").all());
      const below = await teams().with("players", joined("players.crew")).orderBy("name").all();
      assert.deepEqual(below, await teams().with("players.crew").orderBy("name").all());
      const none = await inOne(() => teams().with(joined("players"), noLoad("players.team")).filter({ name: "blue" }).one());
      assert.equal(none.players[0]!.team, null);
    });

    test("conditions, an order and columns of a query of one's own go into the JOIN", async () => {
      const refined = teams()
        .with("players", (all) => all.filter({ rank__gte: 2, badge__colour: "gold" }))
        .orderBy("name");
      assert.deepEqual(await inOne(() => refined.with(joined("players")).all()), await refined.all());
      const ordered = teams().with("players", (all) => all.withDeleted().exclude({ handle: "dan" }).orderBy("-handle").only("handle"));
      const rows = await inOne(() => ordered.with(joined("players")).orderBy("name").limit(5).all());
      assert.deepEqual(rows, await ordered.orderBy("name").all());
      assert.deepEqual(
        rows.map((team) => handles(team.players as unknown as Player[])),
        [["eve"], [], ["cleo", "bob", "ann"]],
      );
      // Said first or last, it holds; other values are another query of the same shape.
      for (const [least, expected] of [
        [2, ["ann", "bob", "cleo"]],
        [3, ["ann"]],
      ] as const) {
        const team = await inOne(() =>
          teams()
            .with(joined("players"))
            .with("players", (all) => all.where((player) => player.rank.gte(least)))
            .filter({ name: "red" })
            .one(),
        );
        assert.deepEqual(handles(team.players), expected);
      }
      const byLink = players()
        .with("games", (all) => all.filter({ title__startsWith: "C" }))
        .orderBy("id");
      assert.deepEqual(await inOne(() => byLink.with(joined("games")).all()), await byLink.all());
      const toOne = players()
        .with("captain", (all) => all.filter({ rank__lt: 3 }).only("handle"))
        .orderBy("id");
      assert.deepEqual(await inOne(() => toOne.with(joined("captain")).all()), await toOne.all());
    });

    test("a session keeps one object for each row, whatever it stands beside", async () => {
      const session = engine.session();
      const all = await inOne(() => session.query(Player).with(joined("crew")).orderBy("id").all());
      for (const player of all)
        for (const member of player.crew)
          assert.equal(
            member,
            all.find((each) => each.id === member.id),
          );
      assert.deepEqual(
        all.map((player) => handles(player.crew)),
        [["bob", "cleo"], ["dan"], [], [], []],
      );
      const again = await inOne(() => session.query(Player).with("captain", joined("captain.crew")).orderBy("id").all());
      assert.equal(again[0], all[0]);
      assert.deepEqual(handles(again[1]!.captain!.crew), ["bob", "cleo"]);
      const byGame = await inOne(() => session.query(Game).with(joined("players")).orderBy("code").all());
      assert.equal(byGame[0]!.players[0], all[0]);
    });

    test("batches and prepared queries give the same", async () => {
      const query = teams().with(joined("players")).orderBy("name");
      const [rows] = await engine.batch([query]);
      assert.deepEqual(rows, await query.all());
      const named = prepare({ name: text() }, ({ name: wanted }) => engine.query(Team).filter({ name: wanted }).with(joined("players")));
      assert.deepEqual(await named.one({ name: "red" }), await query.filter({ name: "red" }).one());
      const above = prepare({ handle: text() }, ({ handle }) =>
        teams()
          .with("players", (all) => all.filter({ handle__gt: handle }))
          .with(joined("players"))
          .orderBy("-name"),
      );
      assert.deepEqual(handles((await above.all({ handle: "ann" }))[0]!.players), ["bob", "cleo"]);
      assert.deepEqual((await above.all({ handle: "zoe" }))[0]!.players, []);
    });

    test("what cannot be one statement says what to write instead", async () => {
      await refuses(
        () => players().with(joined("crew"), joined("games")).all(),
        /joined\("crew"\) and joined\("games"\) of Player cannot be one statement/,
      );
      await refuses(() => teams().with(joined("players"), joined("players.crew")).all(), /cannot be one statement.* selectIn/);
      await refuses(async () => {
        for await (const _ of teams().with(joined("players")).stream()) assert.fail();
      }, /stream\(\).* Load it with selectIn\("players"\)/);
      await refuses(
        () => teams().with(joined("players")).orderBy("name").pageAfter(null, { limit: 1 }),
        /pageAfter\(\).* selectIn\("players"\)/,
      );
      await refuses(
        () => players().with("games", joined("games.players")).all(),
        /whose rows come once for each parent\. .*selectIn\("players"\)/,
      );
      await refuses(
        async () =>
          teams()
            .with("players", (all) => all.limit(2))
            .with(joined("players"))
            .all(),
        /this one has a limit or an offset for each parent.*selectIn\("players"\)/,
      );
      await refuses(
        () =>
          teams()
            .with("players", (all) => all.limit(2).with(joined("crew")))
            .all(),
        /joined\("crew"\) of Player does not go together with a limit in with\("players"\)/,
      );
      const ways = [
        (all: ReturnType<typeof players>) => all.orderBy((player) => player.handle.lower().asc()),
        (all: ReturnType<typeof players>) => all.orderBy("team.name"),
        (all: ReturnType<typeof players>) => all.with("badge"),
        (all: ReturnType<typeof players>) => from(all.limit(3)),
        (all: ReturnType<typeof players>) => all.annotate({ size: count("crew") }),
      ];
      for (const way of ways)
        await refuses(
          async () =>
            teams()
              .with("players", (all) => way(all as never) as never)
              .with(joined("players"))
              .all(),
          /joined\("players"\): a refined relation is joined with its conditions/,
        );
      const placed = players().annotate((player) => ({ place: rowNumber().over({ orderBy: player.id.asc() }) }));
      await refuses(() => placed.orderBy("place").with(joined("crew")).all(), /an order by a window/);
    });

    test("load() has no rows to join to, and takes a statement", async () => {
      const rows = await teams().orderBy("name").all();
      const loaded = await inOne(() => engine.load(rows, joined("players")));
      assert.deepEqual(loaded, await teams().orderBy("name").with("players").all());
    });

    test("a key that is no primary key, and one of two columns on the far side", async () => {
      const rows = await inOne(() => players().with(joined("entries")).orderBy("id").all());
      assert.deepEqual(
        rows,
        await players()
          .with("entries", (all) => all.orderBy("gameCode"))
          .orderBy("id")
          .all(),
      );
      assert.ok(rows[0]!.entries[0] instanceof Entry);
      const badges = await inOne(() => engine.query(Badge).with("player", joined("player.entries")).orderBy("id").all());
      assert.deepEqual(
        badges.map((badge) => badge.player.entries.length),
        [2, 0],
      );
    });
  });
};
