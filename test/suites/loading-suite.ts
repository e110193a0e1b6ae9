/** What loading relations promises on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  ColumnNotLoaded,
  ConfigurationError,
  count,
  type Engine,
  isPetrelError,
  joined,
  noLoad,
  RelationNotLoaded,
  selectIn,
} from "../../src/entry/index.ts";
import { Random } from "../support/random.ts";
import { fixed, red } from "./loading-league.ts";
import { compareWithRules } from "./loading-rules.ts";
import { Badge, Game, GameLabel, Holder, insertLeague, Label, league, makeLeague, Player, Team, Thing } from "./loading-models.ts";

export interface LoadingEngine {
  readonly name: string;
  readonly open: () => Promise<Engine>;
}

const handles = (players: readonly Player[]): string[] => players.map((player) => player.handle);

export const loadingSuite = ({ name, open }: LoadingEngine): void => {
  describe(`loading relations on ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await open();
      await engine.createAll([...league]);
      await insertLeague(engine, fixed);
    });
    after(() => engine.close());

    const statementsOf = async (work: () => Promise<unknown>): Promise<number> => {
      const start = engine.statementCount;
      await work();
      return engine.statementCount - start;
    };
    const players = (): ReturnType<typeof engine.query<Player>> => engine.query(Player);
    const teams = (): ReturnType<typeof engine.query<Team>> => engine.query(Team);

    test("to-many relations come in the model's order, without deleted rows, and empty for parents without any", async () => {
      const rows = await teams().with("players").orderBy("name").all();
      assert.deepEqual(
        rows.map((team) => [team.name, handles(team.players)]),
        [
          ["blue", ["dan"]],
          ["ghosts", []],
          ["red", ["ann", "bob", "cleo"]],
        ],
      );
      assert.equal(rows[2]!.players[0]!.shout, "ANN");
    });

    test("to-one relations lead to null where there is none and where it is deleted, joined or not", async () => {
      const expected = [
        ["ann", null],
        ["bob", "ann"],
        ["cleo", "ann"],
        ["dan", "bob"],
        ["finn", null],
      ];
      for (const load of [joined("captain"), selectIn("captain"), "captain" as const]) {
        const rows = await players().with(load).orderBy("handle").all();
        assert.deepEqual(
          rows.map((player) => [player.handle, player.captain?.handle ?? null]),
          expected,
        );
      }
    });

    test("withDeleted holds for the relations too, whatever loads them", async () => {
      for (const load of [joined("captain"), selectIn("captain")]) {
        const finn = await players().withDeleted().filter({ handle: "finn" }).with(load).one();
        assert.equal(finn.captain?.handle, "eve");
      }
      const dan = await players().withDeleted().filter({ handle: "dan" }).with("crew").one();
      assert.deepEqual(handles(dan.crew), ["eve"]);
      const own = await players()
        .filter({ handle: "dan" })
        .with("crew", (crew) => crew.withDeleted())
        .one();
      assert.deepEqual(handles(own.crew), ["eve"]);
      const only = await players().onlyDeleted().with("captain", "crew").one();
      assert.deepEqual([only.captain?.handle, handles(only.crew)], ["dan", ["finn"]]);
    });

    test("has-one by a key that is no primary key, from both sides", async () => {
      for (const load of [joined("badge"), selectIn("badge")]) {
        const rows = await players()
          .with(load)
          .filter({ handle__in: ["ann", "bob"] })
          .all();
        assert.deepEqual(
          rows.map((player) => player.badge?.colour ?? null),
          ["gold", null],
        );
      }
      for (const load of [joined("player"), selectIn("player")]) {
        const rows = await engine.query(Badge).with(load).orderBy("id").all();
        assert.deepEqual(
          rows.map((badge) => badge.player.handle),
          ["ann", "dan"],
        );
      }
    });

    test("many-to-many through a model leaves out deleted links, through a table's name it needs no model", async () => {
      const rows = await players()
        .with("games", (games) => games.orderBy("code"))
        .orderBy("id")
        .all();
      assert.deepEqual(
        rows.map((player) => player.games.map((game) => game.code)),
        [["chess", "go"], ["go"], [], [], []],
      );
      const session = engine.session();
      await session.insertAll(Label, [
        { id: 1, word: "old" },
        { id: 2, word: "calm" },
      ]);
      await session.insertAll(GameLabel, [
        { gameId: "go", labelId: 2 },
        { gameId: "go", labelId: 1 },
        { gameId: "chess", labelId: 1 },
      ]);
      const games = await engine
        .query(Game)
        .with("labels", (labels) => labels.orderBy("word"))
        .orderBy("code")
        .all();
      assert.deepEqual(
        games.map((game) => game.labels.map((label) => label.word)),
        [["old"], ["calm", "old"], []],
      );
    });

    test("a tree is loaded level by level, as deep as the path says", async () => {
      const [ann] = await players().filter({ handle: "ann" }).with("crew.crew.crew").all();
      assert.deepEqual(
        ann!.crew.map((player) => [player.handle, player.crew.map((below) => [below.handle, handles(below.crew)])]),
        [
          ["bob", [["dan", []]]],
          ["cleo", []],
        ],
      );
      const dan = await players().filter({ handle: "dan" }).with("captain.captain.captain").one();
      assert.deepEqual([dan.captain?.handle, dan.captain?.captain?.handle, dan.captain?.captain?.captain], ["bob", "ann", null]);
    });

    test("one statement for the rows, one for each to-many relation, and none where there are no parents", async () => {
      assert.equal(await statementsOf(() => teams().with("players").all()), 2);
      assert.equal(await statementsOf(() => players().with("team", "captain.captain", "badge").all()), 1);
      assert.equal(await statementsOf(() => players().with("crew.games", "entries.game", "team").all()), 4);
      assert.equal(await statementsOf(() => players().with("games.labels", "captain.crew").all()), 4);
      assert.equal(await statementsOf(() => players().with(selectIn("team"), selectIn("badge")).all()), 3);
      assert.equal(await statementsOf(() => players().filter({ rank: 77 }).with("crew.games", selectIn("team")).all()), 1);
      assert.equal(await statementsOf(() => players().filter({ handle: "finn" }).with(selectIn("team")).all()), 1);
      assert.equal(await statementsOf(() => players().with(noLoad("crew"), noLoad("team")).all()), 1);
      assert.equal(await statementsOf(() => players().with(joined("crew")).all()), 1);
    });

    test("noLoad leaves relations empty", async () => {
      const ann = await players().filter({ handle: "bob" }).with(noLoad("crew"), noLoad("captain"), noLoad("games")).one();
      assert.deepEqual([ann.crew, ann.captain, ann.games], [[], null, []]);
      const behind = await players().filter({ handle: "bob" }).with("captain", noLoad("captain.crew")).one();
      assert.deepEqual(behind.captain?.crew, []);
    });

    describe("through a query of one's own", () => {
      test("limit and offset count for each parent, in the order asked for", async () => {
        const rows = await teams()
          .with("players", (all) => all.withDeleted().orderBy("-handle").limit(2))
          .orderBy("name")
          .all();
        assert.deepEqual(
          rows.map((team) => handles(team.players)),
          [["eve", "dan"], [], ["cleo", "bob"]],
        );
        const skipped = await teams()
          .with("players", (all) => all.orderBy("handle").offset(1).limit(1))
          .with("players.badge")
          .orderBy("name")
          .all();
        assert.deepEqual(
          skipped.map((team) => handles(team.players)),
          [[], [], ["bob"]],
        );
        const rest = await teams()
          .with("players", (all) => all.orderBy("handle").offset(1))
          .filter({ name: "red" })
          .one();
        assert.deepEqual(handles(rest.players), ["bob", "cleo"]);
        const none = await teams()
          .with("players", (all) => all.limit(0))
          .all();
        assert.ok(none.every((team) => team.players.length === 0));
      });

      test("a limit without an order takes the model's own, or the primary key", async () => {
        const red1 = await teams()
          .with("players", (all) => all.limit(1))
          .filter({ name: "red" })
          .one();
        assert.deepEqual(handles(red1.players), ["ann"]);
        const games = await players()
          .with("games", (all) => all.limit(1))
          .filter({ handle: "ann" })
          .one();
        assert.deepEqual(
          games.games.map((game) => game.code),
          ["chess"],
        );
      });

      test("a limit among distinct rows counts each once", async () => {
        const rows = await engine
          .query(Game)
          .with("players", (all) => all.distinct().orderBy("handle").limit(1))
          .orderBy("code")
          .all();
        assert.deepEqual(
          rows.map((game) => handles(game.players)),
          [["ann"], ["ann"], []],
        );
        const ranks = await teams()
          .with("players", (all) =>
            all
              .select((player) => ({ rank: player.rank }))
              .distinct()
              .orderBy("rank")
              .limit(2),
          )
          .filter({ name: "red" })
          .one();
        assert.deepEqual(ranks.players, [{ rank: 2 }, { rank: 3 }]);
      });

      test("filters, annotations and relations of its own, and paths that go on behind it", async () => {
        const rows = await teams()
          .with("players", (all) =>
            all
              .filter({ rank__gte: 2 })
              .annotate({ crewSize: count("crew") })
              .orderBy("-crewSize", "handle")
              .limit(2)
              .with("badge"),
          )
          .with("players.games")
          .filter({ name: "red" })
          .all();
        assert.deepEqual(
          rows[0]!.players.map((player) => [
            player.handle,
            player.crewSize,
            player.badge?.colour,
            (player as unknown as { games: Game[] }).games.length,
          ]),
          [
            ["ann", 2, "gold", 2],
            ["bob", 1, undefined, 1],
          ],
        );
      });

      test("a later path does not undo it, in whichever order they are named", async () => {
        const first = await teams()
          .with("players.badge")
          .with("players", (all) => all.filter({ handle: "ann" }))
          .filter({ name: "red" })
          .one();
        assert.deepEqual([handles(first.players), (first.players[0] as unknown as { badge: Badge }).badge.colour], [["ann"], "gold"]);
        const last = await teams()
          .with("players", (all) => all.filter({ handle: "ann" }))
          .with("players")
          .filter({ name: "red" })
          .one();
        assert.deepEqual(handles(last.players), ["ann"]);
        const captain = await players()
          .with("captain", (all) => all.filter({ handle: "nobody" }))
          .with(joined("captain"))
          .filter({ handle: "bob" })
          .one();
        assert.equal(captain.captain, null);
      });

      test("only and defer leave the key out of the object, and still find the parent", async () => {
        const rows = await teams()
          .with("players", (all) => all.only("handle"))
          .filter({ name: "red" })
          .all();
        const [ann] = rows[0]!.players;
        assert.deepEqual({ ...ann }, { id: 1n, handle: "ann" });
        assert.throws(() => (ann as unknown as Player).teamId, ColumnNotLoaded);
        const deferred = await players()
          .with("entries", (all) => all.defer("points").orderBy("gameCode"))
          .filter({ handle: "ann" })
          .one();
        assert.deepEqual(
          deferred.entries.map((entry) => entry.gameCode),
          ["chess", "go"],
        );
      });

      test("a group has no key to be found by, and a lock none to be numbered by", async () => {
        await assert.rejects(
          // The type says so first.
          teams()
            .with("players", (all) => all.groupBy("rank") as never)
            .all(),
          (error) => isPetrelError(error) && /does not go together with groupBy\(\)/.test(error.message),
        );
        await assert.rejects(
          teams()
            .with("players", (all) => all.forUpdate().limit(1))
            .all(),
          (error) =>
            isPetrelError(error) && /A limit in with\("players"\) of Player does not go together with forUpdate\(\)/.test(error.message),
        );
      });
    });

    test("only() on the parents keeps the keys that their relations are found by", async () => {
      const rows = await players().only("handle").with(selectIn("team"), selectIn("captain"), "crew").orderBy("id").all();
      assert.deepEqual(
        rows.map((player) => [player.handle, player.team?.name ?? null, player.captain?.handle ?? null, player.crew.length]),
        [
          ["ann", "red", null, 2],
          ["bob", "red", "ann", 1],
          ["cleo", "red", "ann", 0],
          ["dan", "blue", "bob", 0],
          ["finn", null, null, 0],
        ],
      );
    });

    test("first, one, last, streams and limits load what all() loads", async () => {
      const red1 = teams().filter({ name: "red" }).with("players.badge");
      const expected = (await red1.all())[0]!;
      assert.deepEqual(await red1.first(), expected);
      assert.deepEqual(await red1.last(), expected);
      assert.deepEqual(await red1.one(), expected);
      assert.deepEqual(await red1.limit(1).offset(0).all(), [expected]);
      const streamed = [];
      for await (const player of players().with("crew", "team").orderBy("id").stream({ batchSize: 2 })) streamed.push(player);
      assert.deepEqual(streamed, await players().with("crew", "team").orderBy("id").all());
    });

    test("a relation that no query loaded says what to do, and can be set", async () => {
      const ann = await players().filter({ handle: "ann" }).one();
      assert.throws(
        () => (ann as unknown as { crew: unknown }).crew,
        (error) =>
          error instanceof RelationNotLoaded && error.message.includes('.with("crew")') && error.message.includes('load(player, "crew")'),
      );
    });

    describe("load()", () => {
      test("fills many objects by one statement per relation, and says so in their type", async () => {
        const rows = await players().orderBy("id").all();
        let loaded: (Player & { crew: Player[]; team: Team | null })[] = [];
        assert.equal(await statementsOf(async () => void (loaded = await engine.load(rows, "crew", "team"))), 2);
        assert.equal(loaded, rows);
        assert.deepEqual(loaded, await players().orderBy("id").with("crew", "team").all());
      });

      test("skips what is loaded, and goes on behind it", async () => {
        const rows = await teams().orderBy("name").with("players").all();
        assert.equal(await statementsOf(() => engine.load(rows, "players")), 0);
        const kept = rows[2]!.players;
        assert.equal(await statementsOf(() => engine.load(rows, "players.badge", "players.games")), 2);
        assert.equal(rows[2]!.players, kept);
        const whole = await teams().orderBy("name").with("players.badge", "players.games").all();
        assert.deepEqual(rows, whole as unknown);
        const some = await teams().orderBy("name").all();
        await engine.load(some[0]!, "players");
        assert.equal(await statementsOf(() => engine.load(some, "players.badge")), 2);
        assert.deepEqual(some, (await teams().orderBy("name").with("players.badge").all()) as unknown);
      });

      test("a query of one's own loads anew", async () => {
        const [team] = await teams().filter({ name: "red" }).with("players").all();
        const again = await engine.load(team!, "players", (all) => all.orderBy("handle").limit(1));
        assert.deepEqual(handles(again.players), ["ann"]);
      });

      test("calls of one turn share their statements", async () => {
        const session = engine.session();
        const rows = await session.query(Player).orderBy("id").all();
        let crews: string[][] = [];
        const work = async (): Promise<void> => {
          crews = await Promise.all(rows.map(async (player) => handles((await session.load(player, "crew")).crew)));
        };
        assert.equal(await statementsOf(work), 1);
        assert.deepEqual(crews, [["bob", "cleo"], ["dan"], [], [], []]);
        await engine.transaction(async (inside) => {
          const found = await inside.query(Player).filter({ handle: "bob" }).one();
          assert.equal((await inside.load(found, "captain")).captain?.handle, "ann");
        });
      });

      test("refuses what is no instance, and objects of two models", async () => {
        assert.deepEqual(await engine.load([] as Player[], "crew"), []);
        const [player] = await players().limit(1).all();
        const [team] = await teams().limit(1).all();
        await assert.rejects(engine.load([{ id: 1 }] as never, "crew" as never), ConfigurationError);
        await assert.rejects(engine.load([player, team] as never, "crew" as never), /objects of Player and Team/);
        const session = engine.session();
        await assert.rejects(session.load(player!, "crews" as never), /Player has no relation 'crews'. Did you mean 'crew'/);
        await assert.rejects(session.load(5 as never, "crew" as never), /takes an instance of a model/);
      });
    });

    test("values of every kind are those that a query of their own gives", async () => {
      const session = engine.session();
      await session.insertAll(Holder, [{ id: 1 }, { id: 2 }]);
      await session.insertAll(Thing, [
        { id: 1, holderId: 1 },
        {
          id: 2,
          holderId: 1,
          large: 9007199254740993n,
          real: -0.5,
          price: "12.3400",
          label: "ünï'\n",
          flag: true,
          key: red,
          at: new Date("2024-02-29T12:34:56.789Z"),
          day: "2024-02-29",
          hour: "23:59:59",
          data: { a: [1, null, "x"] },
          raw: new Uint8Array([0, 255, 1]),
          words: ["a", 'b"c'],
        },
        { id: 3, holderId: 2, flag: false, data: [], raw: new Uint8Array(), words: [] },
      ]);
      const direct = await engine.query(Thing).orderBy("id").all();
      const inOrder = (holders: readonly { things: readonly Thing[] }[]): readonly Thing[] => holders.flatMap((holder) => holder.things);
      const holders = await engine
        .query(Holder)
        .with("things", (all) => all.orderBy("id"))
        .orderBy("id")
        .all();
      assert.deepEqual(inOrder(holders), direct);
      const limited = await engine
        .query(Holder)
        .with("things", (all) => all.orderBy("id").limit(5))
        .orderBy("id")
        .all();
      assert.deepEqual(inOrder(limited), direct);
      const behind = await engine
        .query(Holder)
        .with("things", (all) => all.orderBy("id").with("holder"))
        .orderBy("id")
        .all();
      assert.deepEqual(
        inOrder(behind).map((thing) => ({ ...thing, holder: undefined })),
        direct.map((thing) => ({ ...thing, holder: undefined })),
      );
    });
  });

  test(`every strategy gives what the rules say about random rows, on ${name}`, async () => {
    const engine = await open();
    try {
      for (let seed = 1; seed <= 20; seed++) {
        const random = new Random(seed);
        const rows = makeLeague(random);
        await engine.dropAll([...league]);
        await engine.createAll([...league]);
        await insertLeague(engine, rows);
        await compareWithRules(engine, rows, random, seed);
      }
    } finally {
      await engine.close();
    }
  });
};
