/** Models with every kind of relation and key, and random rows for them. Keys are made here, so that what belongs to what is known without asking. */
import {
  array,
  belongsTo,
  bigint,
  bool,
  bytes,
  date,
  decimal,
  type Engine,
  float,
  hasMany,
  hasOne,
  int,
  json,
  manyToMany,
  Model,
  softDelete,
  text,
  time,
  timestamp,
  uuid,
} from "../../src/entry/index.ts";
import type { Random } from "../support/random.ts";

export class Team extends Model("teams", {
  id: uuid().primaryKey(),
  name: text(),
  players: () => hasMany(Player, "teamId"),
}) {}

export class Player extends Model(
  "players",
  {
    id: bigint().primaryKey(),
    handle: text().unique(),
    rank: int(),
    teamId: uuid().nullable(),
    captainId: bigint().nullable(),
    ...softDelete,
    team: () => belongsTo(Team, "teamId"),
    captain: () => belongsTo(Player, "captainId"),
    crew: () => hasMany(Player, "captainId"),
    badge: () => hasOne(Badge, "playerHandle"),
    games: () => manyToMany(Game, { through: Entry }),
    entries: () => hasMany(Entry, "playerId"),
  },
  { orderBy: ["-rank", "id"], indexes: [["teamId", "handle"]] },
) {
  get shout(): string {
    return this.handle.toUpperCase();
  }
}

/** Found by a text that is unique, not by a primary key. */
export class Badge extends Model("badges", {
  id: int().primaryKey(),
  playerHandle: text().unique().references("players.handle"),
  colour: text(),
  player: () => belongsTo(Player, "playerHandle"),
}) {}

export class Game extends Model("games", {
  code: text().primaryKey(),
  title: text(),
  players: () => manyToMany(Player, { through: Entry }),
  labels: () => manyToMany(Label, { through: "game_labels" }),
}) {}

/** A join table with a key of two columns and a value of its own; one entry may be deleted and the others stay. */
export class Entry extends Model(
  "entries",
  {
    playerId: bigint(),
    gameCode: text(),
    points: int(),
    ...softDelete,
    player: () => belongsTo(Player, "playerId"),
    game: () => belongsTo(Game, "gameCode"),
  },
  { primaryKey: ["playerId", "gameCode"] },
) {}

/** The join table `game_labels` has no model that its relation knows; this one makes the table. */
export class GameLabel extends Model("game_labels", { id: int().primaryKey(), gameId: text(), labelId: int() }) {}
export class Label extends Model("labels", { id: int().primaryKey(), word: text() }) {}

/** Every kind of column, behind relations of both kinds. */
export class Holder extends Model("holders", {
  id: int().primaryKey(),
  things: () => hasMany(Thing, "holderId"),
}) {}
export class Thing extends Model("things", {
  id: int().primaryKey(),
  holderId: int(),
  large: bigint().nullable(),
  real: float().nullable(),
  price: decimal({ precision: 12, scale: 4 }).nullable(),
  label: text().nullable(),
  flag: bool().nullable(),
  key: uuid().nullable(),
  at: timestamp().nullable(),
  day: date().nullable(),
  hour: time().nullable(),
  data: json<unknown>().nullable(),
  raw: bytes().nullable(),
  words: array(text()).nullable(),
  holder: () => belongsTo(Holder, "holderId"),
}) {}

export const league = [Team, Player, Badge, Game, Entry, GameLabel, Label, Holder, Thing] as const;

export interface League {
  readonly teams: readonly Team[];
  readonly players: readonly Player[];
  readonly badges: readonly Badge[];
  readonly games: readonly Game[];
  readonly entries: readonly Entry[];
}

const identifier = (number: number): string => `00000000-0000-4000-8000-${number.toString(16).padStart(12, "a")}`;

/** Random rows, some parents without children, some keys null, some rows deleted. */
export const makeLeague = (random: Random): League => {
  const teams = Array.from({ length: 1 + random.below(4) }, (_, index) => new Team({ id: identifier(index), name: `team ${index}` }));
  const players: Player[] = [];
  const deletedAt = new Date("2024-05-06T07:08:09.000Z");
  const maybeDeleted = (): Date | null => (random.chance(0.2) ? deletedAt : null);
  for (let index = 0; index < random.below(14); index++) {
    players.push(
      new Player({
        // Some keys are past what a float holds.
        id: index % 2 === 0 ? BigInt(index + 1) : 9007199254740993n + BigInt(index),
        handle: `${random.of(["ann", "Bob", "çelik", "o'dd"])}-${index}`,
        rank: random.below(4),
        teamId: random.chance(0.3) ? null : random.of(teams).id,
        captainId: players.length === 0 || random.chance(0.4) ? null : random.of(players).id,
        deletedAt: maybeDeleted(),
      }),
    );
  }
  const badges = players
    .filter(() => random.chance(0.5))
    .map((player, index) => new Badge({ id: index + 1, playerHandle: player.handle, colour: random.of(["red", "blue"]) }));
  const games = Array.from({ length: random.below(4) }, (_, index) => new Game({ code: `G ${index}`, title: `game ${index}` }));
  const entries = players.flatMap((player) =>
    games
      .filter(() => random.chance(0.5))
      .map((game) => new Entry({ playerId: player.id, gameCode: game.code, points: random.below(9), deletedAt: maybeDeleted() })),
  );
  return { teams, players, badges, games, entries };
};

export const insertLeague = async (engine: Engine, { teams, players, badges, games, entries }: League): Promise<void> => {
  const session = engine.session();
  await session.insertAll(teams);
  await session.insertAll(players);
  await session.insertAll(badges);
  await session.insertAll(games);
  await session.insertAll(entries);
};
