/** What JSON columns and JSON of instances promise on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import {
  belongsTo,
  bigint,
  bytes,
  decimal,
  type Engine,
  hasMany,
  int,
  json,
  jsonSet,
  manyToMany,
  Model,
  text,
  timestamp,
} from "../../src/entry/index.ts";
import { Random } from "../support/random.ts";

export interface JsonEngine {
  readonly name: string;
  readonly open: () => Promise<Engine>;
}

interface Settings {
  plan: string;
  settings?: { theme?: string | null; sizes?: number[]; deep?: { on: boolean } };
  tags?: string[];
  visits?: number;
  active?: boolean;
  "odd \"key'$.\\[0]"?: string;
  contains?: string;
}

class Member extends Model("json_members", {
  id: int().primaryKey(),
  name: text(),
  passwordHash: text().hidden().default("secret"),
  settings: json<Settings>().nullable(),
  account: bigint().default(1n),
  photo: bytes().nullable(),
  paid: decimal({ precision: 10, scale: 2 }).default("0.00"),
  joinedAt: timestamp().default(() => new Date("2026-01-02T03:04:05.006Z")),
  messages: () => hasMany(Message, "memberId"),
  rooms: () => manyToMany(Room, { through: RoomMember }),
}) {}
class Message extends Model("json_messages", {
  id: int().primaryKey(),
  body: text(),
  memberId: int(),
  member: () => belongsTo(Member, "memberId"),
}) {}
class Room extends Model("json_rooms", {
  id: int().primaryKey(),
  title: text(),
  members: () => manyToMany(Member, { through: RoomMember }),
}) {
  override toJSON(): object {
    return { ...super.toJSON(), label: `#${this.title}` };
  }
}
class RoomMember extends Model(
  "json_room_members",
  { roomId: int(), memberId: int(), room: () => belongsTo(Room, "roomId"), member: () => belongsTo(Member, "memberId") },
  { primaryKey: ["roomId", "memberId"] },
) {}

const models = [Member, Message, Room, RoomMember];
const documents: readonly (Settings | null)[] = [
  { plan: "free", settings: { theme: "dark", sizes: [1, 2, 3] }, tags: ["a", "b"], visits: 3, active: true },
  { plan: "premium", settings: { theme: null, deep: { on: false } }, tags: [], visits: 0, active: false, contains: "me" },
  { plan: "free", "odd \"key'$.\\[0]": "x" },
  null,
];

const parsed = (value: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

export const jsonSuite = ({ name, open }: JsonEngine): void => {
  describe(`JSON on ${name}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await open();
      await engine.createAll(models);
      const session = engine.session();
      await session.insertAll(
        Member,
        documents.map((settings, index) => ({ id: index + 1, name: `m${index + 1}`, settings })),
      );
      await session.insertAll(Message, [
        { id: 1, body: "hello", memberId: 1 },
        { id: 2, body: "again", memberId: 1 },
        { id: 3, body: "bye", memberId: 2 },
      ]);
      await session.insertAll(Room, [
        { id: 1, title: "lobby" },
        { id: 2, title: "attic" },
      ]);
      await session.insertAll(RoomMember, [
        { roomId: 1, memberId: 1 },
        { roomId: 1, memberId: 2 },
        { roomId: 2, memberId: 1 },
      ]);
    });
    after(() => engine.close());

    const matching = async (lookups: object): Promise<number[]> =>
      engine
        .query(Member)
        .filter(lookups as { id: number })
        .orderBy("id")
        .column("id");

    describe("lookups", () => {
      test("compare by the JSON type of the value, at any depth", async () => {
        assert.deepEqual(await matching({ settings__plan: "free" }), [1, 3]);
        assert.deepEqual(await matching({ settings__settings__theme: "dark" }), [1]);
        assert.deepEqual(await matching({ settings__settings__theme: null }), [2, 3, 4]);
        assert.deepEqual(await matching({ settings__settings__deep__on: false }), [2]);
        assert.deepEqual(await matching({ settings__visits__gte: 1 }), [1]);
        assert.deepEqual(await matching({ settings__visits: "3" }), []);
        assert.deepEqual(await matching({ settings__active: true }), [1]);
        assert.deepEqual(await matching({ settings__plan__startsWith: "pre" }), [2]);
        assert.deepEqual(await matching({ settings__plan__in: ["premium"] }), [2]);
      });

      test("ask for elements of arrays by position and by content", async () => {
        assert.deepEqual(await matching({ settings__settings__sizes__0: 1 }), [1]);
        assert.deepEqual(await matching({ settings__settings__sizes__1__gt: 1 }), [1]);
        assert.deepEqual(await matching({ settings__tags__contains: "b" }), [1]);
        assert.deepEqual(await matching({ settings__tags__contains: ["b", "a"] }), [1]);
        assert.deepEqual(await matching({ settings__tags__contains: ["b", "c"] }), []);
        assert.deepEqual(await matching({ settings__tags__contains: [] }), [1, 2]);
      });

      test("ask for containment and for keys, of documents and of what lies in them", async () => {
        assert.deepEqual(await matching({ settings__contains: { plan: "free", settings: { sizes: [3] } } }), [1]);
        assert.deepEqual(await matching({ settings__contains: { settings: { theme: null } } }), [2]);
        assert.deepEqual(await matching({ settings__settings__contains: { deep: { on: false } } }), [2]);
        assert.deepEqual(await matching({ settings__hasKey: "visits" }), [1, 2]);
        assert.deepEqual(await matching({ settings__settings__hasKey: "theme" }), [1, 2]);
        assert.deepEqual(await matching({ settings__hasKey: "odd \"key'$.\\[0]" }), [3]);
        assert.deepEqual(await matching({ settings__tags__hasKey: "a" }), []);
      });

      test("reach a key that is called like a lookup by an expression", async () => {
        const found = engine.query(Member).where((member) => member.settings.at("contains").eq("me"));
        assert.deepEqual(await found.column("id"), [2]);
      });
    });

    describe("jsonSet", () => {
      beforeEach(async () => {
        for (const [index, settings] of documents.entries())
          await engine
            .query(Member)
            .filter({ id: index + 1 })
            .update({ settings });
      });
      const settingsOf = (): Promise<(Settings | null)[]> => engine.query(Member).orderBy("id").column("settings");

      test("sets keys at any depth and leaves the others", async () => {
        const changes = jsonSet<Settings>({ settings: { theme: "light", deep: { on: true } }, visits: 9, active: undefined as never });
        assert.equal(await engine.query(Member).update({ settings: changes }, { all: true }), 4);
        assert.deepEqual(await settingsOf(), [
          { ...documents[0], settings: { theme: "light", sizes: [1, 2, 3], deep: { on: true } }, visits: 9 },
          { ...documents[1], settings: { theme: "light", deep: { on: true } }, visits: 9 },
          { ...documents[2], settings: { theme: "light", deep: { on: true } }, visits: 9 },
          { settings: { theme: "light", deep: { on: true } }, visits: 9 },
        ]);
      });

      test("sets null, arrays whole, and keys of any spelling, and replaces what is no object", async () => {
        const odd = "odd \"key'$.\\[0]";
        const set = engine.query(Member).filter({ id: 1 });
        await set.update({ settings: jsonSet({ settings: { theme: null, sizes: [] }, [odd]: "ü'\"", tags: ["z"] }) });
        assert.deepEqual((await settingsOf())[0], { ...documents[0], settings: { theme: null, sizes: [] }, tags: ["z"], [odd]: "ü'\"" });
        await set.update({ settings: { plan: "free", settings: "a text" as never } });
        await set.update({ settings: jsonSet({ settings: { theme: "new" } }) });
        assert.deepEqual((await settingsOf())[0], { plan: "free", settings: { theme: "new" } });
      });

      test("is what an update in memory would be, for random documents and changes", async () => {
        const random = new Random(5);
        const keys = ["a", "b", "0", "$", "ä\"'"];
        const valueOf = (depth: number): unknown => {
          const kind = random.below(depth > 2 ? 4 : 7);
          if (kind === 0) return null;
          if (kind === 1) return random.below(100) / 4;
          if (kind === 2) return random.chance(0.5);
          if (kind === 3) return random.of(["", "x", '\u{1f600}\\"']);
          if (kind === 4) return random.many(random.below(3), () => valueOf(depth + 1));
          return objectOf(depth + 1);
        };
        const objectOf = (depth: number): Record<string, unknown> =>
          Object.fromEntries(random.many(random.below(4), () => [random.of(keys), valueOf(depth)]));
        const isObject = (value: unknown): value is Record<string, unknown> =>
          typeof value === "object" && value !== null && !Array.isArray(value);
        const merged = (before: unknown, changes: Record<string, unknown>): unknown => {
          const result: Record<string, unknown> = isObject(before) ? { ...before } : {};
          for (const [key, value] of Object.entries(changes)) result[key] = isObject(value) ? merged(result[key], value) : value;
          return result;
        };
        const row = engine.query(Member).filter({ id: 1 });
        for (let round = 0; round < 60; round++) {
          const before = random.chance(0.9) ? objectOf(0) : valueOf(0);
          const changes = objectOf(0);
          await row.update({ settings: before as never });
          if (Object.keys(changes).length === 0) continue;
          await row.update({ settings: jsonSet(changes as never) });
          const [found] = await row.column("settings");
          assert.deepEqual(found, merged(before, changes), JSON.stringify({ before, changes }));
        }
      });

      test("changes one object of a session too", async () => {
        const session = engine.session();
        const member = await session.getOrThrow(Member, 2);
        await session.update(member, { settings: jsonSet({ visits: 7 }) });
        assert.deepEqual(member.settings, { ...documents[1], visits: 7 });
        assert.equal(session.isDirty(member), false);
        assert.deepEqual((await settingsOf())[1], { ...documents[1], visits: 7 });
      });

      test("refuses what JSON cannot say, other columns, and what is no object of keys", async () => {
        const set = engine.query(Member).filter({ id: 1 });
        await assert.rejects(set.update({ settings: jsonSet({ visits: Number.NaN }) }), { code: "E1101", property: "settings.visits" });
        await assert.rejects(set.update({ name: jsonSet({ a: 1 }) as never }), /changes JSON columns, and Member\.name is of kind text/);
        assert.throws(() => jsonSet([1] as never), /takes an object of the keys to set, not an array/);
        assert.deepEqual(await settingsOf(), documents);
      });
    });

    describe("JSON of instances", () => {
      test("has the columns without hidden ones, in forms that JSON has", async () => {
        const photo = new Uint8Array([0, 255, 16]);
        const member = new Member({ id: 9, name: "Zoë", account: 9_007_199_254_740_993n, photo, settings: { plan: "free" } });
        assert.deepEqual(parsed(member), {
          id: 9,
          name: "Zoë",
          settings: { plan: "free" },
          account: "9007199254740993",
          photo: "AP8Q",
          paid: "0.00",
          joinedAt: "2026-01-02T03:04:05.006Z",
        });
        assert.equal(member.passwordHash, "secret");
        assert.equal({ ...member }.passwordHash, "secret");
      });

      test("has loaded relations and computed columns, and loads nothing", async () => {
        const query = engine.query(Member).only("name").filter({ id: 1 });
        const plain = await query.annotate((member) => ({ doubled: member.account.times(2n) })).one();
        const statements = engine.statementCount;
        assert.deepEqual(parsed(plain), { id: 1, name: "m1", doubled: "2" });
        assert.equal(engine.statementCount, statements);
        const loaded = await query.with("messages", (messages) => messages.orderBy("id")).one();
        assert.deepEqual(parsed(loaded), {
          id: 1,
          name: "m1",
          messages: [
            { id: 1, body: "hello", memberId: 1 },
            { id: 2, body: "again", memberId: 1 },
          ],
        });
        const lazy = await engine.query(Member).filter({ id: 1 }).lazy();
        assert.equal("passwordHash" in parsed(lazy[0]!), false);
        assert.equal(parsed(lazy[0]!)["name"], "m1");
      });

      test("writes an object that lies in itself by its key", async () => {
        const session = engine.session();
        const messages = await session.query(Message).with("member.messages").orderBy("id").all();
        assert.equal(messages[0]!.member.messages.includes(messages[0]!), true);
        const member = { id: 1, name: "m1" };
        const found = parsed(messages[0]!) as unknown as { member: Record<string, unknown> };
        assert.deepEqual(
          { ...found, member: { id: found.member["id"], name: found.member["name"] } },
          { id: 1, body: "hello", memberId: 1, member },
        );
        const nested = (found.member["messages"] as { id: number }[]).toSorted((a, b) => a.id - b.id);
        assert.deepEqual(nested, [{ id: 1 }, { id: 2, body: "again", memberId: 1, member: { id: 1 } }]);
      });

      test("ends for members and rooms that hold each other, and asks a model's own toJSON", async () => {
        const session = engine.session();
        const rooms = await session.query(Room).with("members.rooms").orderBy("id").all();
        const lobby = parsed(rooms[0]!) as unknown as { label: string; members: { id: number; rooms: unknown[] }[] };
        assert.equal(lobby.label, "#lobby");
        assert.deepEqual(lobby.members.map(({ id }) => id).toSorted(), [1, 2]);
        const first = lobby.members.find(({ id }) => id === 1)!;
        const titles = (first.rooms as { id: number; title?: string }[]).toSorted((a, b) => a.id - b.id);
        assert.deepEqual(
          titles.map(({ id, title }) => [id, title]),
          [
            [1, undefined],
            [2, "attic"],
          ],
        );
        assert.equal(JSON.stringify(rooms[0]), JSON.stringify(rooms[0]));
      });

      test("stays short where everything holds everything", async () => {
        const members = Array.from({ length: 30 }, (_, index) => new Member({ id: index + 1, name: "x" }));
        const all = members.map((member) => Object.assign(member, { rooms: [] as object[] }));
        const crowd = all.map((member, index) => Object.assign(new Room({ id: index + 1, title: "r" }), { members: all, member }));
        for (const member of all) member.rooms.push(...crowd);
        assert.ok(JSON.stringify(crowd[0]).length < 400_000);
      });
    });
  });
};
