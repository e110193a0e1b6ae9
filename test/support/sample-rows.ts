/** Rows for the models of `models.ts`, with values at the edges of every kind. */
import type { Engine } from "../../src/entry/index.ts";
import { Category, Comment, Post, PostTag, Profile, Sample, Tag, User } from "./models.ts";

/** A time of January 2026. */
export const day = (number: number): Date => new Date(Date.UTC(2026, 0, number, 23, 30, number, number * 7));

/** Fills an empty database. Keys are given, so that they are the same everywhere. */
export const fill = async (engine: Engine): Promise<void> => {
  const session = engine.session();
  await session.insertAll(User, [
    { id: 1, name: "Ann", email: "ann@x.org", age: 30, role: "admin", vip: true, createdAt: day(1) },
    {
      id: 2,
      name: "bob",
      email: "bob@x.org",
      role: "member",
      createdAt: day(2),
      preferences: { plan: "premium", settings: { theme: "dark", language: "de" }, tags: ["a", "b"], visits: 3, beta: true },
    },
    {
      id: 3,
      name: "Čeněk",
      email: "c%_\\@x.org",
      age: 12,
      createdAt: day(3),
      preferences: { plan: "free", settings: { theme: "light" }, tags: [], visits: 0, beta: null },
    },
    {
      id: 4,
      name: "ÉMILE",
      email: "'quoted\"@x.org",
      age: 30,
      role: "guest",
      createdAt: day(31),
      preferences: { plan: "free", settings: { theme: "dark" }, visits: 7.5 },
    },
    { id: 5, name: "", email: "nobody", age: 0, createdAt: new Date(Date.UTC(1969, 11, 31, 23, 59, 59, 999)) },
  ]);
  await session.insertAll(Profile, [
    { id: 1, userId: 1, bio: "hi\nthere" },
    { id: 2, userId: 3, bio: "emoji \u{1f600}" },
  ]);
  await session.insertAll(Post, [
    { id: 1, title: "One", published: true, views: 5, authorId: 1, reviewerId: 2, createdAt: day(4) },
    { id: 2, title: "two", views: 0, authorId: 1, createdAt: day(5) },
    { id: 3, title: "100% three_", published: true, views: 50, authorId: 2, reviewerId: 1, createdAt: day(6) },
    { id: 4, title: "four", views: 7, authorId: 3, createdAt: day(7), deletedAt: day(8) },
    { id: 5, title: "five", views: 7, authorId: 3, createdAt: day(9) },
  ]);
  await session.insertAll(Comment, [
    { id: 1, body: "first", postId: 1, authorId: 2 },
    { id: 2, body: "reply", postId: 1, authorId: 1, parentId: 1 },
    { id: 3, body: "again", postId: 3, authorId: 3 },
  ]);
  await session.insertAll(Tag, [
    { id: 1, name: "ts" },
    { id: 2, name: "db" },
    { id: 3, name: "unused" },
  ]);
  await session.insertAll(PostTag, [
    { postId: 1, tagId: 1 },
    { postId: 1, tagId: 2 },
    { postId: 3, tagId: 2 },
    { postId: 4, tagId: 1 },
  ]);
  await session.insertAll(Category, [
    { id: 1, name: "root" },
    { id: 2, name: "left", parentId: 1 },
    { id: 3, name: "leaf", parentId: 2 },
  ]);
  await session.insertAll(Sample, [
    { id: 1 },
    {
      id: 2,
      whole: 7,
      small: -7,
      large: 2n ** 62n,
      real: 0.1,
      price: "12.5000",
      label: "Label",
      flag: true,
      key: "0f8fad5b-d9cb-469f-a165-70867728950e",
      at: day(10),
      day: "2024-02-29",
      hour: "10:20:30.5",
      data: { a: [1, "x", null, { b: true }], text: "t", n: 1.5 },
      raw: Uint8Array.of(0, 255, 39, 92),
      words: ["a", "b,c", '"'],
    },
    {
      id: 3,
      whole: -7,
      small: 7,
      large: -(2n ** 62n),
      real: -1e300,
      price: "-0.0001",
      label: "label",
      flag: false,
      key: "00000000-0000-0000-0000-000000000000",
      at: day(11),
      day: "1999-12-31",
      hour: "00:00:00",
      data: ["list", 2],
      raw: new Uint8Array(),
      words: [],
    },
    { id: 4, whole: 0, real: 2.5, price: "99999999.9999", label: "%_\\", data: "a text", words: ["b", "NULL", "{}"], day: "2026-01-31" },
    { id: 5, whole: 7, real: -2.5, price: "0.5000", data: 12, hour: "23:59:59.999999", at: new Date(Date.UTC(2000, 1, 29)) },
  ]);
};
