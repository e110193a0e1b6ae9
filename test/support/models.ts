/** The blog of the documentation, a tree, and a model with a column of every kind: what tests ask questions about. */
import {
  array,
  belongsTo,
  bigint,
  bool,
  bytes,
  date,
  decimal,
  float,
  hasMany,
  hasOne,
  int,
  json,
  manyToMany,
  Model,
  now,
  oneOf,
  smallint,
  softDelete,
  text,
  time,
  timestamp,
  uuid,
} from "../../src/entry/index.ts";

export interface Preferences {
  plan: "free" | "premium";
  settings: { theme: "dark" | "light"; language?: string };
  tags?: string[];
  visits?: number;
  beta?: boolean | null;
}

export class User extends Model("users", {
  id: int().primaryKey(),
  name: text({ maxLength: 100 }),
  email: text().unique(),
  age: int().nullable(),
  role: oneOf("admin", "member", "guest").default("member"),
  vip: bool().default(false),
  preferences: json<Preferences>().default({ plan: "free", settings: { theme: "light" } }),
  createdAt: timestamp().default(now),

  posts: () => hasMany(Post, "authorId"),
  profile: () => hasOne(Profile, "userId"),
}) {
  get isAdult(): boolean {
    return (this.age ?? 0) >= 18;
  }
}

export class Profile extends Model("profiles", {
  id: int().primaryKey(),
  userId: int().unique(),
  bio: text(),

  user: () => belongsTo(User, "userId", { onDelete: "cascade" }),
}) {}

export class Post extends Model(
  "posts",
  {
    id: int().primaryKey(),
    title: text({ maxLength: 200 }),
    published: bool().default(false),
    views: int().default(0),
    authorId: int(),
    reviewerId: int().nullable(),
    createdAt: timestamp().default(now),
    ...softDelete,

    author: () => belongsTo(User, "authorId", { onDelete: "cascade" }),
    reviewer: () => belongsTo(User, "reviewerId"),
    comments: () => hasMany(Comment, "postId"),
    tags: () => manyToMany(Tag, { through: PostTag }),
  },
  { indexes: [["authorId", "createdAt"]], orderBy: "-createdAt" },
) {}

export class Comment extends Model("comments", {
  id: int().primaryKey(),
  body: text(),
  postId: int(),
  authorId: int(),
  parentId: int().nullable(),

  post: () => belongsTo(Post, "postId", { onDelete: "cascade" }),
  author: () => belongsTo(User, "authorId"),
  parent: () => belongsTo(Comment, "parentId"),
  replies: () => hasMany(Comment, "parentId"),
}) {}

export class Tag extends Model("tags", {
  id: int().primaryKey(),
  name: text({ maxLength: 50 }).unique(),

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

export class Category extends Model("categories", {
  id: int().primaryKey(),
  name: text(),
  parentId: int().nullable(),

  parent: () => belongsTo(Category, "parentId"),
  children: () => hasMany(Category, "parentId"),
}) {}

/** Every kind of column, each nullable but the key. */
export class Sample extends Model("samples", {
  id: int().primaryKey(),
  whole: int().nullable(),
  small: smallint().nullable(),
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
}) {}

export const blog = [User, Profile, Post, Comment, Tag, PostTag, Category] as const;
export const allModels = [...blog, Sample] as const;
