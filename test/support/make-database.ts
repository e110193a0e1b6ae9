/** Engines for tests, on new databases in memory. */
import { ConfigurationError } from "../../src/base/errors.ts";
import { createEngine, type Engine } from "../../src/entry/index.ts";
import type { AnyModel } from "../../src/schema/entity.ts";
import { Comment, Post, PostTag, Profile, Tag, User } from "./models.ts";

type Binding = "node:sqlite" | "better-sqlite3";
const isBinding = (name: string): name is Binding => name === "node:sqlite" || name === "better-sqlite3";

/** The drivers to test with: both, or the one that `PETREL_TEST_SQLITE` names. */
export const bindings = (): readonly Binding[] => {
  const chosen = process.env["PETREL_TEST_SQLITE"];
  if (chosen === undefined) return ["node:sqlite", "better-sqlite3"];
  if (isBinding(chosen)) return [chosen];
  throw new ConfigurationError("PETREL_TEST_SQLITE names no driver. Use node:sqlite or better-sqlite3.");
};

/** An engine on an empty database in memory, with the tables of `models`. */
export const openEngine = async (models: readonly AnyModel[] = [], driver: Binding = bindings()[0]!): Promise<Engine> => {
  const engine = await createEngine("sqlite::memory:", { driver });
  if (models.length > 0) await engine.createAll(models);
  return engine;
};

/** Three authors, five posts (one deleted, one without comments), tags and comments with replies. */
export const fillBlog = async (engine: Engine): Promise<void> => {
  const session = engine.session();
  const day = (number: number): Date => new Date(Date.UTC(2026, 0, number));
  await session.insertAll(User, [
    { id: 1, name: "Ann", email: "ann@example.com", age: 40, role: "admin", vip: true, createdAt: day(1) },
    {
      id: 2,
      name: "bob",
      email: "bob@example.com",
      age: null,
      preferences: { plan: "premium", settings: { theme: "dark", language: "de" }, tags: ["a", "b"], visits: 3, beta: null },
      createdAt: day(2),
    },
    { id: 3, name: "Çelik", email: "celik@example.com", age: 17, role: "guest", createdAt: day(3) },
  ]);
  await session.insertAll(Profile, [{ id: 1, userId: 1, bio: "Writes." }]);
  await session.insertAll(Post, [
    { id: 1, title: "Hello", published: true, views: 10, authorId: 1, createdAt: day(1) },
    { id: 2, title: "World", published: false, views: 20, authorId: 1, reviewerId: 2, createdAt: day(2) },
    { id: 3, title: "100% sure_thing", published: true, views: 5, authorId: 2, reviewerId: 1, createdAt: day(3) },
    { id: 4, title: "Gone", published: true, views: 99, authorId: 2, createdAt: day(4), deletedAt: day(5) },
    { id: 5, title: "hello again", published: true, views: 10, authorId: 3, createdAt: day(6) },
  ]);
  await session.insertAll(Tag, [
    { id: 1, name: "typescript" },
    { id: 2, name: "sql" },
    { id: 3, name: "unused" },
  ]);
  await session.insertAll(PostTag, [
    { postId: 1, tagId: 1 },
    { postId: 1, tagId: 2 },
    { postId: 3, tagId: 2 },
    { postId: 4, tagId: 1 },
  ]);
  await session.insertAll(Comment, [
    { id: 1, body: "First", postId: 1, authorId: 2 },
    { id: 2, body: "Reply", postId: 1, authorId: 1, parentId: 1 },
    { id: 3, body: "Nice", postId: 3, authorId: 3 },
    { id: 4, body: "On a deleted post", postId: 4, authorId: 1 },
  ]);
};
