// Functions, CASE, windows, subqueries, sources, set operations: what each gives, NULL included.
import {
  avg,
  coalesce,
  concat,
  count,
  type CountExpression,
  createEngine,
  decimal,
  except,
  exists,
  firstValue,
  from,
  greatest,
  int,
  lag,
  least,
  max,
  Model,
  nullIf,
  type NumberExpression,
  type Query,
  recursive,
  rowNumber,
  select,
  sql,
  subquery,
  sum,
  text,
  type TextExpression,
  union,
  unionAll,
  value,
  when,
} from "../../src/entry/index.ts";
import { same } from "./expect.ts";
import { Comment, Post } from "./post.ts";
import { User } from "./user.ts";

const engine = await createEngine("postgresql://localhost/mydb");
const users = engine.query(User);
const posts = engine.query(Post);
class Line extends Model("lines", { id: int().primaryKey(), price: decimal({ precision: 10, scale: 2 }), discount: decimal({ precision: 10, scale: 2 }).nullable(), note: text().nullable() }) {}
const { columns: user } = User;
const { columns: line } = Line;

// ---- an aggregate of some rows only may be of none
same<{ some: NumberExpression<number>; least: NumberExpression<number | null> }>()({ some: count().where(user.age.gt(1)).over(), least: sum(user.id).where(user.age.gt(1)).over() });
// @ts-expect-error: the condition needs a row, which a name has not
count("posts").where(user.age.gt(1));

// ---- functions know whether NULL is possible
same<NumberExpression<number>>()(coalesce(user.age, 0));
same<NumberExpression<number | null>>()(coalesce(user.age, user.age));
same<NumberExpression<string>>()(coalesce(line.discount, line.price));
same<NumberExpression<string>>()(coalesce(line.discount, "0.00"));
same<TextExpression<string>>()(coalesce(line.note, user.name));
same<TextExpression<string | null>>()(nullIf(user.name, ""));
same<NumberExpression<number>>()(greatest(user.age, user.id));
same<NumberExpression<number | null>>()(least(user.age, user.age));
same<TextExpression<string>>()(concat(user.name, line.note));
same<TextExpression<string>>()(user.name.trim());
same<TextExpression<string | null>>()(line.note.substring(1, 2));
same<NumberExpression<number | null>>()(user.age.round());
same<NumberExpression<string>>()(line.price.round(1));
same<NumberExpression<number>>()(line.price.toFloat());
same<TextExpression<string | null>>()(line.discount.toText());
same<NumberExpression<number>>()(value(1));
same<TextExpression<string>>()(value("x"));
// @ts-expect-error one value is no choice
coalesce(user.age);
// @ts-expect-error the first character is number 1, and a number
user.name.substring("1");
// @ts-expect-error numbers have no case
user.age.upper();
// @ts-expect-error not a unit of time
user.createdAt.truncate("fortnight");

// ---- CASE is the union of its branches
same<TextExpression<"old" | "young">>()(when(user.age.lt(18), "young").otherwise("old"));
same<TextExpression<string | null>>()(when(user.vip.eq(true), user.name).otherwise(null));
same<NumberExpression<string>>()(when(user.vip.eq(true), line.price).otherwise("0.00"));
// @ts-expect-error a condition, not a column
when(user.age, 1);

// ---- aggregates and windows
same<NumberExpression<string | null>>()(sum(line.price).over({ rows: [-1, 0] }));
same<NumberExpression<string>>()(sum(line.price).over({ orderBy: line.id }));
same<NumberExpression<string | null>>()(sum(line.discount).over());
same<NumberExpression<number>>()(avg(line.price).over());
same<NumberExpression<number>>()(rowNumber().over({ partitionBy: [user.role, user.vip], orderBy: [user.age.desc(), user.id] }));
same<CountExpression>()(count(user.age));
same<NumberExpression<number>>()(count().over());
same<TextExpression<string | null>>()(lag(user.name).over());
same<TextExpression<string>>()(lag(user.name, 1, "").over());
same<TextExpression<string>>()(firstValue(user.name).over({ orderBy: user.id }));
same<TextExpression<string | null>>()(firstValue(user.name).over({ groups: [1, 2], orderBy: user.id }));
// @ts-expect-error texts have no sum
sum(user.name);
// @ts-expect-error a frame begins at the start, not at the end
count().over({ rows: ["end", 0] });
// @ts-expect-error a range has no numbers of rows
count().over({ range: [-1, 0] });
// @ts-expect-error only windows give a place
users.select(() => ({ place: rowNumber() }));

// ---- in results, and in the names of what follows
const shown = await users.select((row) => ({ name: coalesce(row.name, "x"), age: when(row.age.gt(1), row.age).otherwise(null), own: sql<bigint>`1` })).all();
same<{ name: string; age: number | null; own: bigint }[]>()(shown);
const sized = users.annotate((row) => ({ size: when(row.age.lt(18), "s").otherwise("l"), own: sql<number>`1` }));
sized.filter({ size: "s", own__gt: 1 });
// @ts-expect-error not a size
sized.filter({ size: "m" });

// ---- subqueries
same<NumberExpression<number>>()<NumberExpression<number>>(subquery(select(Post), () => count()));
users.where((row) => exists(select(Post).where((post) => post.authorId.eq(row.id))));
users.where((row) => row.id.in(subquery(select(Post), "authorId")).or(row.id.notIn(subquery(select(Post), (post) => post.reviewerId))));
const best = await users.annotate((row) => ({ best: subquery(select(Post).where((post) => post.authorId.eq(row.id)), (post) => max(post.views)), posts_: subquery(select(Post), () => count()) })).one();
same<number | null>()(best.best);
same<number>()(best.posts_);
// @ts-expect-error texts are not among numbers
users.where((row) => row.id.in(subquery(select(Post), "title")));
// @ts-expect-error unknown column
subquery(select(Post), "titel");
// @ts-expect-error a model is no query
exists(Post);

// ---- sources
same<Query<Post, Post>>()(from(posts.limit(3)));
const placed = from(posts.annotate((post) => ({ place: rowNumber().over({ orderBy: post.views }) })));
same<(Post & { place: number })[]>()(await placed.filter({ place__lte: 3, author__name: "x" }).all());
const grouped = from(posts.groupBy("authorId").annotate({ written: count() }));
const group = await grouped.filter({ written__gt: 1 }).orderBy("-written", "authorId").one();
same<number>()(group.authorId);
same<number>()(group.written);
const labels = from(users.select((row) => ({ label: row.name, age: row.age })));
same<{ label: string; age: number | null }[]>()(await labels.filter({ label__startsWith: "A", age__gte: 3 }).all());
same<{ loud: string }[]>()(await labels.select((row) => ({ loud: row.label.upper() })).all());
// @ts-expect-error it has no such name
labels.filter({ email: "x" });

const prices = from(engine.query(Line).select((row) => ({ net: row.price, note: row.note, cut: row.discount })));
same<string | null>()(await prices.filter({ net__gte: "9", note__startsWith: "a" }).sum("net"));
same<{ less: string; loud: string | null }[]>()(await prices.select((row) => ({ less: row.net.minus("1"), loud: row.note.upper() })).all());
// @ts-expect-error a text has no sum
prices.sum("note");
// @ts-expect-error a decimal is no text
prices.filter({ net__startsWith: "a" });
same<string | null>()(await from(engine.query(Line).groupBy("note").annotate((row) => ({ total: sum(row.price) }))).sum("total"));
same<string | null>()(await from(engine.query(Line).groupBy("price").annotate({ lines: count() })).sum("price"));
same<string | null>()(await union(engine.query(Line).select((row) => ({ a: row.price })), engine.query(Line).select((row) => ({ a: row.price }))).sum("a"));

// ---- rows of a query as rows of a model
class Sold extends Model("sold", { id: int().primaryKey(), price: decimal({ precision: 10, scale: 2 }), note: text().nullable() }) {}
const lines = engine.query(Line);
same<number>()(await engine.session().insertFrom(Sold, lines.select((row) => ({ price: row.price }))));
same<{ id: number; note: string | null }[]>()(await engine.session().insertFrom(Sold, lines.select((row) => ({ price: row.price, note: row.note })), { returning: ["id", "note"] }));
// @ts-expect-error it has no such column
engine.session().insertFrom(Sold, lines.select((row) => ({ price: row.price, discount: row.discount })));
// @ts-expect-error the price is missing
engine.session().insertFrom(Sold, lines.select((row) => ({ note: row.note })));
// @ts-expect-error a discount may be null
engine.session().insertFrom(Sold, lines.select((row) => ({ price: row.discount })));
// @ts-expect-error whole rows are of another model
engine.session().insertFrom(Sold, lines);

// ---- set operations
same<Query<User, User>>()(union(users.filter({ vip: true }), users.filter({ age: 3 })));
same<{ a: number }[]>()(await unionAll(users.select((row) => ({ a: row.id })), posts.select((row) => ({ a: row.views }))).filter({ a__gt: 1 }).all());
// @ts-expect-error rows of other models
union(users, posts);
// @ts-expect-error other names
except(users.select((row) => ({ a: row.id })), users.select((row) => ({ b: row.id })));

// ---- trees
const comments = engine.query(Comment);
same<Comment[]>()(await recursive(comments.filter({ id: 1 }), "replies").all());
const levels = await recursive(comments, "parent", { depth: "level", maxDepth: 3 }).filter({ level__gt: 0 }).orderBy("-level").all();
same<number | undefined>()(levels[0]?.level);
// @ts-expect-error leads to another model
recursive(comments, "author");
// @ts-expect-error a depth needs an end
recursive(comments, "replies", { depth: "level" });

// ---- rows beside each row are a relation to one row
const beside = users.leftJoinLateral("best", (each) => select(Post).where((post) => post.authorId.eq(each.id)).select((post) => ({ title: post.title, views: post.views })));
same<{ title: string; views: number } | null>()((await beside.all())[0]!.best);
const dearest = engine.query(Line).joinLateral("best", () => select(Line).select((line) => ({ price: line.price, note: line.note })));
same<{ less: string }>()(await dearest.filter({ best__price__gt: "1", best__note__contains: "x" }).select((row) => ({ less: row.best.price.minus("1") })).one());
// @ts-expect-error it stands beside each row without being loaded
dearest.with("best");
// @ts-expect-error it cannot be refined either
dearest.with("best", (best) => best.limit(1));
same<{ title: string; views: number }>()((await users.joinLateral("best", () => select(Post).select((post) => ({ title: post.title, views: post.views }))).one()).best);
same<(string | null)[]>()(await beside.filter({ best__views__gt: 1 }).where((each) => each.best.title.eq(each.name)).orderBy("-best.views").column("best.title"));
// @ts-expect-error: no such column
beside.filter({ best__vews__gt: 1 });
// @ts-expect-error: no such column
beside.orderBy("best.vews");
