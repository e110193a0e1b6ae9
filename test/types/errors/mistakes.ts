import { createEngine, Q, F, count, sum, selectIn, joined, sql } from "../../../src/entry/index.ts";
import { User } from "../user.ts";
import { Post, Tag, PostTag, Comment } from "../post.ts";
const engine = await createEngine("postgresql://localhost/mydb");
const session = engine.session();
const q = session.query(User);
// 1 lookups
q.filter({ nmae__gte: "x" }); // ✗
q.filter({ age__gte: "18" }); // ✗
q.filter({ age__like: "x" }); // ✗
q.filter({ posts__titel: "x" }); // ✗
q.filter({ posts__comments__boddy: "x" }); // ✗
q.filter({ posts__comments__body__gtx: "x" }); // ✗
q.filter({ metadata__settings__theme: "drak" }); // ✗
q.filter({ metadata__setings__theme: "dark" }); // ✗
q.filter({ metadata__plan__gtt: "dark" }); // ✗
q.filter({ email: undefined }); // ✗
q.filter({ role: "admn" }); // ✗
q.filter({ posts: 1 }); // ✗
q.filter(Q({ agee__gt: 65 })); // ✗
q.filter(Q({ age__gt: 65 }).or({ rle: "guest" })); // ✗
// 2 unloaded
const user = await q.one();
user.posts.length; // ✗
(await q.with("posts").one()).posts[0]!.comments; // ✗
// 3 with
q.with("postz"); // ✗
q.with("posts.comment"); // ✗
q.with("posts", "profil"); // ✗
q.with(selectIn("postz")); // ✗
// 4 order, values
q.orderBy("-createdAtt"); // ✗
q.values("id", "nam"); // ✗
// 5 insert
session.insert(User, { name: "x" }); // ✗
session.insert(User, { name: "x", email: 3, metadata: { plan: "free", settings: { theme: "dark" } } }); // ✗
session.insert(User, { name: "x", emial: "x", metadata: { plan: "free", settings: { theme: "dark" } } }); // ✗
new User({ name: "x" }); // ✗
// 6 update
session.update(user, { nmae: "x" }); // ✗
session.update(user, { age: "x" }); // ✗
session.update({ id: 1 }, { age: 3 }); // ✗
q.update({ age: F("name") }); // ✗
q.update({ age: F("agee").plus(1) }); // ✗
// 7 upsert
session.upsert(User, { name: "x", email: "x", metadata: { plan: "free", settings: { theme: "dark" } } }, { conflictTarget: "name" }); // ✗
// 8 soft delete
q.withDeleted(); // ✗
session.softDelete(user); // ✗
// 9 annotate
q.annotate({ n: count("postz") }); // ✗
q.annotate({ n: sum("name") }); // ✗
// 10 where
q.where((u) => u.age.gte("18")); // ✗
q.where((u) => u.agee.gte(18)); // ✗
q.where((u) => u.vip.gte(true)); // ✗
q.where((u) => u.age); // ✗
// 11 get
session.get(User, "1"); // ✗
session.get(PostTag, 1); // ✗
// 12 only
const p = await q.only("id", "name").one(); p.email; // ✗
