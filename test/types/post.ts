import { belongsTo, bool, hasMany, int, manyToMany, Model, softDelete, text, timestamps } from "../../src/entry/index.ts";
import { User } from "./user.ts";

export class Post extends Model("posts", {
  id: int().primaryKey(),
  title: text({ maxLength: 200 }),
  published: bool().default(false),
  views: int().default(0),
  authorId: int(),
  reviewerId: int().nullable(),
  ...timestamps,
  ...softDelete,

  author: () => belongsTo(User, "authorId", { onDelete: "cascade" }),
  reviewer: () => belongsTo(User, "reviewerId"),
  comments: () => hasMany(Comment, "postId"),
  tags: () => manyToMany(Tag, { through: PostTag }),
}, { indexes: [["authorId", "createdAt"]], orderBy: "-createdAt" }) {}

export class Comment extends Model("comments", {
  id: int().primaryKey(),
  body: text(),
  postId: int(),
  authorId: int(),
  parentId: int().nullable(),

  post: () => belongsTo(Post, "postId"),
  author: () => belongsTo(User, "authorId"),
  parent: () => belongsTo(Comment, "parentId"),
  replies: () => hasMany(Comment, "parentId"),
}) {}

export class Tag extends Model("tags", {
  id: int().primaryKey(),
  name: text({ maxLength: 50 }).unique(),
  posts: () => manyToMany(Post, { through: PostTag }),
}) {}

export class PostTag extends Model("post_tags", {
  postId: int(),
  tagId: int(),
  post: () => belongsTo(Post, "postId", { onDelete: "cascade" }),
  tag: () => belongsTo(Tag, "tagId"),
}, { primaryKey: ["postId", "tagId"] }) {}
