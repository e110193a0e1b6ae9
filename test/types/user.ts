import { belongsTo, bool, hasMany, hasOne, int, json, Model, now, oneOf, text, timestamp } from "../../src/entry/index.ts";
import { Comment, Post } from "./post.ts";

export interface Metadata {
  plan: "free" | "premium";
  settings: { theme: "dark" | "light"; notifications?: { email: boolean } };
}

export class User extends Model("users", {
  id: int().primaryKey(),
  name: text({ maxLength: 100 }),
  email: text().unique(),
  age: int().nullable(),
  role: oneOf("admin", "member", "guest").default("member"),
  vip: bool().default(false),
  metadata: json<Metadata>(),
  createdAt: timestamp().default(now),

  posts: () => hasMany(Post, "authorId"),
  comments: () => hasMany(Comment, "authorId"),
  profile: () => hasOne(Profile, "userId"),
}) {
  get isAdult() {
    return (this.age ?? 0) >= 18;
  }
}

export class Profile extends Model("profiles", {
  id: int().primaryKey(),
  userId: int().unique(),
  bio: text(),

  user: () => belongsTo(User, "userId", { onDelete: "cascade" }),
}) {}
