/** The models that the documents show, and a few rows of each. */
import {
  belongsTo,
  bool,
  type Engine,
  hasMany,
  hasOne,
  int,
  json,
  manyToMany,
  Model,
  now,
  oneOf,
  softDelete,
  text,
  timestamp,
} from "../../src/entry/index.ts";

export interface Metadata {
  plan: string;
  settings: { theme: string };
  tags?: string[];
}

export class User extends Model(
  "users",
  {
    id: int().primaryKey(),
    name: text({ maxLength: 100 }),
    email: text({ maxLength: 255 }).unique().index(),
    age: int().nullable(),
    role: oneOf("admin", "member", "guest").default("member"),
    isActive: bool().default(true).index(),
    vip: bool().default(false),
    amount: int().default(0),
    metadata: json<Metadata>().default({ plan: "free", settings: { theme: "light" } }),
    createdAt: timestamp().default(now).index(),
    posts: () => hasMany(Post, "authorId"),
    profile: () => hasOne(Profile, "userId"),
  },
  {
    indexes: [
      ["email", "name"],
      ["createdAt", "isActive"],
    ],
  },
) {}

export class Profile extends Model("profiles", {
  id: int().primaryKey(),
  userId: int().unique(),
  bio: text(),
  user: () => belongsTo(User, "userId", { onDelete: "cascade", onUpdate: "cascade" }),
}) {}

export class Post extends Model("posts", {
  id: int().primaryKey(),
  title: text(),
  content: text().default(""),
  authorId: int(),
  author: () => belongsTo(User, "authorId", { onDelete: "cascade" }),
  tags: () => manyToMany(Tag, { through: PostTag }),
}) {}

export class Tag extends Model("tags", {
  id: int().primaryKey(),
  name: text().unique(),
  posts: () => manyToMany(Post, { through: PostTag }),
}) {}

export class PostTag extends Model(
  "post_tags",
  {
    postId: int(),
    tagId: int(),
    post: () => belongsTo(Post, "postId", { onDelete: "cascade" }),
    tag: () => belongsTo(Tag, "tagId", { onDelete: "cascade" }),
  },
  { primaryKey: ["postId", "tagId"] },
) {}

export class Article extends Model("articles", { id: int().primaryKey(), title: text(), words: int().default(0), ...softDelete }) {}

export const shop = [User, Profile, Post, Tag, PostTag, Article] as const;

/** Three users, two of them adults; four posts; two articles, one deleted. */
export const fillShop = async (engine: Engine): Promise<void> => {
  const session = engine.session();
  await session.insertAll(User, [
    { name: "Alice", email: "alice@example.com", age: 25, amount: 10, createdAt: new Date("2026-01-01T00:00:00Z") },
    {
      name: "Bob",
      email: "bob@example.com",
      age: 17,
      role: "guest",
      amount: 20,
      isActive: false,
      createdAt: new Date("2026-01-02T00:00:00Z"),
    },
    {
      name: "Charlie",
      email: "charlie@spam.com",
      age: 70,
      role: "admin",
      vip: true,
      amount: 30,
      metadata: { plan: "premium", settings: { theme: "dark" }, tags: ["a", "b"] },
      createdAt: new Date("2026-01-03T00:00:00Z"),
    },
  ]);
  await session.insertAll(Profile, [{ userId: 1, bio: "Writes." }]);
  await session.insertAll(Post, [
    { title: "Hello", content: "long", authorId: 1 },
    { title: "World", authorId: 1 },
    { title: "100%", authorId: 3 },
    { title: "Last", authorId: 3 },
  ]);
  await session.insertAll(Tag, [{ name: "python" }, { name: "sql" }]);
  await session.insertAll(PostTag, [
    { postId: 1, tagId: 1 },
    { postId: 1, tagId: 2 },
    { postId: 3, tagId: 2 },
  ]);
  await session.insertAll(Article, [
    { title: "Kept", words: 5 },
    { title: "Gone", words: 7, deletedAt: new Date("2026-01-01T00:00:00Z") },
  ]);
};

export const idsOf = (rows: readonly { readonly id: number }[]): number[] => rows.map(({ id }) => id);
