import { avg, count, createEngine, decimal, F, int, joined, json, max, min, Model, noLoad, Q, select, selectIn, sql, sum, type Query, type Session } from "../../src/entry/index.ts";
import { Comment, Post, PostTag, Tag } from "./post.ts";
import { Profile, User } from "./user.ts";
import { Article } from "./models.ts";
import { same, type Assert, type Equal, type Flat } from "./expect.ts";

const engine = await createEngine("postgresql://localhost/mydb");
const session = engine.session();
const users = session.query(User);
same<Query<User, User>>()(users);
same<User[]>()(await users.all());
same<User | null>()(await users.first());
same<User>()(await users.one());
same<User | null>()(await users.oneOrNull());
same<number>()(await users.count());
same<boolean>()(await users.filter({ email: "x" }).exists());

// ---- lookups
users.filter({ age: 18, age__gt: 1, age__gte: 1, age__lt: 9, age__lte: 9, age__ne: 0, age__in: [1, 2], age__notIn: [3], age__range: [1, 9], age__isNull: true });
users.filter({ name__like: "A%", name__ilike: "a%", name__contains: "x", name__icontains: "x", name__startsWith: "A", name__istartsWith: "a", name__endsWith: "e", name__iendsWith: "e", name__regex: /^A/, name__iexact: "ann" });
users.filter({ createdAt__year: 2024, createdAt__gte: new Date(), createdAt__range: [new Date(), new Date()] });
users.filter({ role: "admin", role__in: ["admin", "member"], age: null });
users.filter({ metadata__plan: "premium", metadata__settings__theme: "dark", metadata__settings__notifications__email: true, metadata__plan__in: ["free"], metadata__isNull: false });
users.filter({ posts__title__icontains: "x", posts__comments__body__startsWith: "x", posts__comments__author__age__gte: 18, profile__bio__isNull: true, posts__tags__name: "ts" });
session.query(Comment).filter({ post__author__metadata__settings__theme: "dark", parent__parent__parent__body: "x" });
// @ts-expect-error unknown column
users.filter({ nmae: "x" });
// @ts-expect-error wrong type
users.filter({ age__gte: "18" });
// @ts-expect-error not a lookup of numbers
users.filter({ age__like: "x" });
// @ts-expect-error not one of the values
users.filter({ role: "admn" });
// @ts-expect-error not nullable
users.filter({ name: null });
// @ts-expect-error undefined is never silently "no condition"
users.filter({ email: undefined });
// @ts-expect-error unknown column of a relation
users.filter({ posts__titel: "x" });
// @ts-expect-error unknown column three hops away
users.filter({ posts__comments__author__nmae: "x" });
// @ts-expect-error wrong JSON key
users.filter({ metadata__setings__theme: "dark" });
// @ts-expect-error wrong JSON value
users.filter({ metadata__settings__theme: "drak" });
// @ts-expect-error a relation is not a column
users.filter({ posts: 1 });

// ---- JSON documents of other shapes
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
class Document extends Model("documents", {
  id: int().primaryKey(),
  any: json(),
  map: json<Record<string, number>>(),
  event: json<{ type: "click"; at: { x: number } } | { type: "key"; code: string }>().nullable(),
  list: json<{ name: string }[]>(),
  tree: json<Json>(),
}) {}
const documents = session.query(Document);
documents.filter({ any__x__y__z: 1, map__clicks: 3, event__type: "click", event__at__x__gt: 3, event__code__startsWith: "K", list__0__name: "x", tree__a__b: "x" });
// @ts-expect-error wrong type
documents.filter({ map__clicks: "3" });
// @ts-expect-error no such event
documents.filter({ event__type: "scroll" });
// @ts-expect-error wrong type
documents.filter({ list__0__name: 1 });

// ---- Q
users.filter(Q({ age__gt: 65 }).or({ role: "guest" }));
users.filter(Q({ age__gte: 18 }).and({ age__lt: 65 }).or(Q({ vip: true }).not()));
users.filter(Q({ role: "admin" }).or({ role: "member" }));
users.exclude(Q({ posts__comments__body__icontains: "spam" }));
// @ts-expect-error unknown column
users.filter(Q({ agee: 1 }));
// @ts-expect-error unknown column
users.filter(Q({ age: 1 }).or({ rle: "guest" }));
// @ts-expect-error wrong value
users.filter(Q({ age: 1 }).or({ role: "gest" }));

// ---- expressions
users.where((user) => user.age.gte(18).and(user.name.ilike("a%")).or(user.vip.eq(true)));
users.where((user) => user.posts.some((post) => post.published.eq(true).and(post.tags.some((tag) => tag.name.eq("ts")))));
users.where((user) => user.metadata.at("settings").at("theme").eq("dark"));
users.where((user) => sql`${user.age} % 2 = 0`);
users.where(User.columns.age.gte(18));
session.query(Post).where((post) => post.author.profile.bio.contains("x"));
// @ts-expect-error wrong type
users.where((user) => user.age.gte("18"));
// @ts-expect-error booleans have no order
users.where((user) => user.vip.gte(true));

// ---- order
users.orderBy("name", "-createdAt").limit(10).offset(20).distinct();
session.query(Post).orderBy("-author.name", "author.profile.id");
users.orderBy((user) => user.age.desc().nullsLast());
// @ts-expect-error unknown column
users.orderBy("-createdAtt");
// @ts-expect-error to-many relations have no order
users.orderBy("posts.title");

// ---- eager loading
const a = await users.with("posts", "profile").one();
same<Post[]>()(a.posts);
same<Profile | null>()(a.profile);
const b = await users.with("posts.comments.author", "posts.tags").one();
same<User>()(b.posts[0]!.comments[0]!.author);
same<Tag[]>()(b.posts[0]!.tags);
const c = await session.query(Post).with(joined("author"), selectIn("comments")).one();
same<User>()(c.author);
same<Comment[]>()(c.comments);
const d = await users.with("posts", (posts) => posts.filter({ published: true }).orderBy("-createdAt").limit(3).with("tags")).with("profile").one();
same<Tag[]>()(d.posts[0]!.tags);
same<Profile | null>()(d.profile);
const e = await users.with("posts", (posts) => posts.only("id", "title")).one();
// A query of one's own may leave the row of a relation to one out, though the key cannot be null.
const byAlice = await session.query(Post).with("author", (authors) => authors.filter({ name: "Alice" })).one();
same<User | null>()(byAlice.author);
same<Pick<Post, "id" | "title">[]>()(e.posts);
same<Post[]>()((await users.with(noLoad("posts")).one()).posts);
// @ts-expect-error only posts are loaded
a.posts[0]!.comments;
// @ts-expect-error unknown relation
users.with("postz");
// @ts-expect-error unknown nested relation
users.with("posts.comment");
// @ts-expect-error unknown relation
users.with(selectIn("postz"));

// ---- loading afterwards
const given = await users.all();
const loadedAll = await session.load(given, "posts.comments", "profile");
same<typeof loadedAll>()(await session.load(given, "posts.comments", "profile", { timeout: "5s" }));
same<Comment[]>()(loadedAll[0]!.posts[0]!.comments);
same<Profile | null>()(loadedAll[0]!.profile);
const loadedOne = await engine.load(given[0]!, selectIn("posts"));
same<Post[]>()(loadedOne.posts);
const refinedLater = await session.load(given, "posts", (posts) => posts.annotate({ said: count("comments") }).limit(3));
same<number>()(refinedLater[0]!.posts[0]!.said);
// @ts-expect-error unknown relation
void session.load(given, "postz");
// @ts-expect-error groups have no parent
users.with("posts", (posts) => posts.groupBy("id"));

// ---- narrower results
same<Pick<User, "id" | "name">[]>()(await users.only("id", "name").all());
same<Omit<User, "metadata">[]>()(await users.defer("metadata").all());
const f = await users.with("posts").only("id").one();
same<number>()(f.id);
same<Post[]>()(f.posts);
// @ts-expect-error not fetched
f.name;
same<{ id: number; name: string }[]>()(await users.values("id", "name"));
const g = await session.query(Post).values("id", "author.name", "reviewer.email", "tags.name");
type _g = Assert<Equal<typeof g, { id: number; author: { name: string }; reviewer: { email: string } | null; tags: { name: string }[] }[]>>;
same<[number, string, number | null][]>()(await session.query(Post).valuesList("id", "author.name", "reviewerId"));
same<string[]>()(await users.column("email"));
// Options stand behind the columns, and are none of them.
same<{ id: number; name: string }[]>()(await users.values("id", "name", { timeout: "5s" }));
same<[number, string]>()((await users.valuesList("id", "name", { timeout: "5s" }))[0]!);
same<string[]>()(await users.column("email", { signal: AbortSignal.timeout(5) }));
same<{ title: string; by: string; comments: number }[]>()(await session.query(Post).select((post) => ({ title: post.title, by: post.author.name, comments: post.comments.count() })).all());

// ---- aggregates
same<number | null>()(await session.query(Post).sum("views"));
same<number | null>()(await users.avg("age"));
same<Date | null>()(await users.max("createdAt"));
const h = await users.annotate({ postCount: count("posts"), newest: max("posts.createdAt"), views: sum("posts.views") }).filter({ postCount__gt: 3, age__gte: 18 }).orderBy("-postCount").all();
same<number>()(h[0]!.postCount);
same<Date | null>()(h[0]!.newest);
same<number | null>()(h[0]!.views);
const h2 = await users.annotate((user) => ({ shout: user.name.upper(), posts: user.posts.count() })).filter({ shout__startsWith: "A" }).one();
same<string>()(h2.shout);
same<number>()(h2.posts);
same<{ n: number; oldest: number | null; mean: number | null }>()(await users.aggregate({ n: count(), oldest: max("age"), mean: avg("age") }));
const i = await users.groupBy("role").annotate({ people: count(), mean: avg("age") }).having({ people__gt: 5 }).orderBy("-people").all();
type _i = Assert<Equal<Flat<typeof i>, { role: "admin" | "member" | "guest"; people: number; mean: number | null }[]>>;
const j = await session.query(Post).groupBy("author.role", "reviewer.name").annotate({ read: sum("views") }).orderBy("-read", "author.role").all();
type _j = Assert<Equal<Flat<typeof j>, { author: { role: "admin" | "member" | "guest" }; reviewer: { name: string } | null; read: number | null }[]>>;
const j2 = await session.query(Post).annotate((post) => ({ year: post.createdAt.year() })).groupBy("year").annotate({ posts: count(), first: min("year") }).annotate((group) => ({ twice: group.posts.plus(group.posts) })).all();
type _j2 = Assert<Equal<Flat<typeof j2>, { year: number; posts: number; first: number | null; twice: number }[]>>;
const j3 = await users.annotate({ views: sum("posts.comments.parentId"), replies: count("posts.comments.replies") }).one();
same<number | null>()(j3.views);
same<number>()(j3.replies);
// @ts-expect-error leads to many rows
session.query(Post).groupBy("comments.body");
// @ts-expect-error unknown column
session.query(Post).groupBy("author.nmae");
class Line extends Model("lines", { id: int().primaryKey(), price: decimal({ precision: 10, scale: 2 }), pieces: int() }) {}
const k = await session.query(Line).annotate((line) => ({ paid: line.price.times(line.pieces) })).groupBy("pieces").annotate({ paid2: sum("paid") }).having({ paid2__gt: "1.00" }).first();
same<string | null | undefined>()(k?.paid2);
session.query(Line).where((line) => line.price.gt(line.pieces));
// @ts-expect-error a whole number is not calculated with decimals: start with the decimal
session.query(Line).annotate((line) => ({ paid: line.pieces.times(line.price) }));
// @ts-expect-error not a number
users.annotate({ n: sum("name") });
// @ts-expect-error unknown relation
users.annotate({ n: count("postz") });
// @ts-expect-error not annotated
users.annotate({ n: count("posts") }).filter({ m__gt: 3 });
// @ts-expect-error not a number
users.sum("name");

// ---- writing
same<User>()(await session.insert(User, { name: "Ann", email: "a@x", metadata: { plan: "free", settings: { theme: "dark" } } }));
same<Tag[]>()(await session.insertAll(Tag, [{ name: "a" }, { name: "b" }]));
same<Tag>()(await session.insert(new Tag({ name: "a" })));
same<Tag[]>()(await session.insertAll([new Tag({ name: "a" })]));
const user = await session.getOrThrow(User, 1);
same<User>()(await session.update(user, { name: "Alicia", age: 26 }));
same<PostTag | null>()(await session.get(PostTag, { postId: 1, tagId: 2 }));
await session.update(a, { name: "loaded users are users" });
await session.remove(user);
same<number>()(await users.filter({ role: "guest" }).update({ role: "member" }));
same<number>()(await session.query(Post).filter({ id: 1 }).update({ views: F("views").plus(1) }));
await session.query(Post).update((post) => ({ views: post.views.plus(1), title: post.title.upper() }));
same<number>()(await users.filter({ vip: false }).delete());
same<User>()(await session.upsert(User, { name: "A", email: "a@x", metadata: user.metadata }, { conflictTarget: "email", updateFields: ["name"] }));
await session.upsert(PostTag, { postId: 1, tagId: 2 }, { conflictTarget: ["postId", "tagId"] });
await session.upsertAll(Tag, [{ name: "a" }], { conflictTarget: "name", updateFields: [] });
// @ts-expect-error not unique
session.upsert(User, { name: "A", email: "a@x", metadata: user.metadata }, { conflictTarget: "name" });
// @ts-expect-error not a constraint
session.upsert(PostTag, { postId: 1, tagId: 2 }, { conflictTarget: ["tagId", "postId"] });
// @ts-expect-error wrong key type
session.get(User, "1");
// @ts-expect-error not a column
session.update(user, { nmae: "x" });
// @ts-expect-error not numeric
session.query(Post).update({ views: F("title") });
// @ts-expect-error not an instance
session.update({ id: 1 }, { name: "x" });

// ---- soft delete
const article = await session.query(Article).onlyDeleted().one();
await session.softDelete(article);
await session.restore(article);
await session.forceDelete(article);
await session.query(Article).withDeleted().filter({ deletedAt__isNull: false }).all();
// @ts-expect-error users cannot be soft-deleted
users.withDeleted();
// @ts-expect-error users cannot be soft-deleted
session.softDelete(user);

// ---- streaming, transactions, statements, raw SQL
for await (const user of users.stream({ batchSize: 1000 })) same<User>()(user);
for await (const user of users.with("posts")) same<Post[]>()(user.posts);
same<number>()(await session.transaction(async (tx) => { await tx.insert(Tag, { name: "x" }); return 1; }, { isolation: "serializable" }));
{
  await using tx = await session.begin();
  await tx.insertAll([new Tag({ name: "x" }), new Tag({ name: "y" })]);
  await tx.commit();
}
same<User[]>()((await session.execute(select(User).where((user) => user.age.gte(18)))).all());
const rows = await session.execute(sql<{ name: string; age: number }>`SELECT name, age FROM users WHERE age > ${18}`);
same<{ name: string; age: number } | null>()(rows.first());
same<string[]>()(rows.column("name"));

// ---- generic code
const all = async <E extends User | Tag>(session: Session, model: Parameters<typeof session.query<E>>[0]): Promise<E[]> => session.query(model).all();
same<User[]>()(await all(session, User));
