/** What loading must answer, said plainly over rows in memory, and compared with every way of asking a database. */
import assert from "node:assert/strict";
import { type Engine, joined, noLoad, selectIn } from "../../src/entry/index.ts";
import type { Random } from "../support/random.ts";
import { type League, Player, Team } from "./loading-models.ts";

type Seen = Readonly<Record<string, unknown>>;

/** A league as the rules see it: everything by looking through all rows. */
class Rules {
  readonly #league: League;

  constructor(league: League) {
    this.#league = league;
  }

  /** Live players in the model's order. */
  players(): Player[] {
    const live = this.#league.players.filter((player) => player.deletedAt === null);
    return live.sort((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1));
  }

  teams(): readonly Team[] {
    return this.#league.teams;
  }

  crew(player: Player): Player[] {
    return this.players().filter((other) => other.captainId === player.id);
  }

  captain(player: Player): Player | null {
    return this.players().find((other) => other.id === player.captainId) ?? null;
  }

  team(player: Player): Team | null {
    return this.#league.teams.find((team) => team.id === player.teamId) ?? null;
  }

  badge(player: Player): string | null {
    return this.#league.badges.find((badge) => badge.playerHandle === player.handle)?.colour ?? null;
  }

  games(player: Player): string[] {
    const links = this.#league.entries.filter((entry) => entry.deletedAt === null && entry.playerId === player.id);
    return links.map((entry) => entry.gameCode).sort();
  }

  whole(player: Player): Seen {
    return {
      handle: player.handle,
      team: this.team(player)?.name ?? null,
      badge: this.badge(player),
      games: this.games(player),
      captain: this.captain(player)?.handle ?? null,
      captainsCrew: this.crewOfCaptain(player),
      crew: this.crew(player).map((other) => [other.handle, this.badge(other), this.crew(other).map((below) => below.handle)]),
    };
  }

  crewOfCaptain(player: Player): string[] | null {
    const captain = this.captain(player);
    return captain === null ? null : this.crew(captain).map((other) => other.handle);
  }
}

type Loaded = Awaited<ReturnType<typeof wholeBy>>[number];

const wholeBy = (engine: Engine, toOne: typeof joined | typeof selectIn) => {
  const query = engine.query(Player).with(toOne("team"), toOne("badge"), toOne("captain"), "captain.crew", "games");
  return query.with("crew.crew", toOne("crew.badge")).all();
};

const seen = (player: Loaded): Seen => ({
  handle: player.handle,
  team: player.team?.name ?? null,
  badge: player.badge?.colour ?? null,
  games: player.games.map((game) => game.code).sort(),
  captain: player.captain?.handle ?? null,
  captainsCrew: player.captain?.crew.map((other) => other.handle) ?? null,
  crew: player.crew.map((other) => [other.handle, other.badge?.colour ?? null, other.crew.map((below) => below.handle)]),
});

const loadedLater = async (engine: Engine): Promise<Loaded[]> => {
  const players = await engine.query(Player).all();
  return engine.load(players, "crew.crew", "crew.badge", "team", "badge", "captain.crew", "games");
};

/** The same limit asked of the database and of the rows. */
const compareLimits = async (engine: Engine, rules: Rules, random: Random, at: string): Promise<void> => {
  const limit = random.below(4);
  const offset = random.below(3);
  const least = random.below(3);
  const teams = await engine
    .query(Team)
    .with("players", (players) => players.filter({ rank__gte: least }).orderBy("-handle").limit(limit).offset(offset))
    .all();
  const expected = rules.teams().map((team) => {
    const own = rules.players().filter((player) => player.teamId === team.id && player.rank >= least);
    const handles = own.map((player) => player.handle).sort((a, b) => (Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0 ? -1 : 1));
    return [team.name, handles.slice(offset, offset + limit)];
  });
  const found = teams.map((team) => [team.name, team.players.map((player) => player.handle)]);
  assert.deepEqual(found.sort(), expected.sort(), `limit ${limit}, offset ${offset}, ${at}`);
};

/** Relations to many by a JOIN, cut and ordered at random, against a statement of their own. */
const compareJoined = async (engine: Engine, random: Random, at: string): Promise<void> => {
  for (const relation of ["crew", "games", "entries", "captain.crew"] as const) {
    let query = engine.query(Player);
    if (random.chance(0.5)) query = query.orderBy(random.of(["handle", "-handle", "rank", "team.name"] as const), "-id");
    if (random.chance(0.4)) query = query.limit(random.below(8));
    if (random.chance(0.3)) query = query.offset(random.below(3));
    if (random.chance(0.3)) query = query.withDeleted();
    const ways = await Promise.all([query.with(joined(relation)).all(), query.with(selectIn(relation)).all()]);
    const [byJoin, byStatement] = ways.map((rows) => rows.map((row) => sorted(row as object)));
    assert.deepEqual(byJoin, byStatement, `joined ${relation}, ${at}`);
  }
  const least = random.below(3);
  const refined = engine
    .query(Team)
    .with("players", (players) => players.filter({ rank__gte: least, captain__rank__gte: 1 }).orderBy("-handle"));
  const team = random.chance(0.5) ? refined.orderBy("-name").limit(2) : refined.orderBy("name");
  assert.deepEqual(await team.with(joined("players")).all(), await team.all(), `refined and joined, ${at}`);
};

/** The row with lists that have no order of their own in that of their texts. */
const sorted = (row: object): unknown => {
  const lists = Object.entries(row).map(([name, value]) => [
    name,
    name === "games" || name === "entries" ? (value as readonly object[]).map((each) => ({ ...each })).sort(byText) : value,
  ]);
  return Object.fromEntries(lists);
};
const byText = (a: object, b: object): number => (Object.values(a).join() < Object.values(b).join() ? -1 : 1);

export const compareWithRules = async (engine: Engine, league: League, random: Random, seed: number): Promise<void> => {
  const rules = new Rules(league);
  const expected = rules.players().map((player) => rules.whole(player));
  const ways = { joined: () => wholeBy(engine, joined), selectIn: () => wholeBy(engine, selectIn), later: () => loadedLater(engine) };
  for (const [way, load] of Object.entries(ways)) assert.deepEqual((await load()).map(seen), expected, `${way}, seed ${seed}`);
  const empty = await engine.query(Player).with(noLoad("crew"), noLoad("team")).all();
  assert.ok(empty.every((player) => player.crew.length === 0 && player.team === null));
  await compareLimits(engine, rules, random, `seed ${seed}`);
  await compareJoined(engine, random, `seed ${seed}`);
};
