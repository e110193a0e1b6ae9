import { belongsTo, hasMany, int, json, Model, oneOf, softDelete, sql, text, timestamp, timestamps, uuid, type Insert, type Session, type Update, type With } from "../../src/entry/index.ts";
import { Comment, Post, PostTag, Tag } from "./post.ts";
import { Profile, User, type Metadata } from "./user.ts";
import { same, type Assert, type Equal, type Flat } from "./expect.ts";

// ---- rows
declare const user: User;
same<number>()(user.id);
same<string>()(user.name);
same<number | null>()(user.age);
same<"admin" | "member" | "guest">()(user.role);
same<Metadata>()(user.metadata);
same<Date>()(user.createdAt);
same<boolean>()(user.isAdult);
type _keys = Assert<Equal<keyof User, "id" | "name" | "email" | "age" | "role" | "vip" | "metadata" | "createdAt" | "isAdult" | "toJSON">>;

// ---- insert and update
type _insert = Assert<Equal<Flat<Insert<User>>, Flat<{ name: string; email: string; metadata: Metadata } & { id?: number | undefined; age?: number | null | undefined; role?: "admin" | "member" | "guest" | undefined; vip?: boolean | undefined; createdAt?: Date | undefined }>>>;
type _join = Assert<Equal<Flat<Insert<PostTag>>, { postId: number; tagId: number }>>;
const update: Update<User> = { age: null, role: "guest" };
const ann = new User({ name: "Ann", email: "ann@example.com", metadata: { plan: "free", settings: { theme: "dark" } } });
same<User>()(ann);
// @ts-expect-error missing email and metadata
new User({ name: "Ann" });
// @ts-expect-error not a column
new User({ ...ann, nmae: "x" });

// ---- generated columns are read, and never given
export class Invoice extends Model("invoices", {
  id: int().primaryKey(),
  price: int(),
  total: int().generatedAs(sql`price * 2`),
  note: text().nullable().unique().generatedAs(sql`NULL`, { stored: false }),
}) {}
declare const session: Session;
const invoice = new Invoice({ price: 1 });
same<number>()(invoice.total);
same<string | null>()(invoice.note);
type _invoiceInsert = Assert<Equal<Flat<Insert<Invoice>>, { price: number; id?: number | undefined }>>;
type _invoiceUpdate = Assert<Equal<keyof Update<Invoice>, "id" | "price">>;
session.query(Invoice).filter({ total__gt: 1, note: null }).orderBy("-total").values("total", "note");
session.bulkUpdate([invoice], ["price"]);
// @ts-expect-error computed by the database
new Invoice({ price: 1, total: 2 });
// @ts-expect-error computed by the database
session.insert(Invoice, { price: 1, note: null });
// @ts-expect-error computed by the database
session.update(invoice, { total: 2 });
// @ts-expect-error computed by the database
session.query(Invoice).update({ note: sql`NULL` }, { all: true });
// @ts-expect-error computed by the database
session.bulkUpdate([invoice], ["total"]);
// @ts-expect-error computed by the database
session.upsert(Invoice, { price: 1 }, { conflictTarget: "id", updateFields: ["total"] });
// @ts-expect-error computed by the database
session.getOrCreate(Invoice, { id: 1 }, { price: 1, total: 2 });
// @ts-expect-error an expression, and no value
int().generatedAs(7);

// ---- relations exist only when loaded
// @ts-expect-error not loaded
user.posts;
declare const loaded: With<User, "posts.comments" | "profile">;
same<Profile | null>()(loaded.profile);
same<Comment[]>()(loaded.posts[0]!.comments);
const anyUser: User = loaded;
// @ts-expect-error posts are not loaded
const notLoaded: With<User, "posts"> = user;
declare const post: With<Post, "author" | "reviewer" | "tags" | "comments.parent.author">;
same<User>()(post.author);
same<User | null>()(post.reviewer);
same<Tag[]>()(post.tags);
same<string | undefined>()(post.comments[0]?.parent?.author.name);

// ---- self-reference and trees
export class Category extends Model("categories", {
  id: int().primaryKey(),
  name: text(),
  parentId: int().nullable(),
  parent: () => belongsTo(Category, "parentId"),
  children: () => hasMany(Category, "parentId"),
}) {
  path(this: With<Category, "parent">): string {
    return this.parent ? `${this.parent.name}/${this.name}` : this.name;
  }
}
declare const category: With<Category, "parent" | "children.children">;
same<Category | null>()(category.parent);
same<string>()(category.children[0]!.children[0]!.name);
category.path();
declare const bare: Category;
// @ts-expect-error needs its parent loaded
bare.path();

// ---- mixins are objects, with relations too
const authored = { authorId: int(), author: () => belongsTo(User, "authorId") };
export class Article extends Model("articles", { id: uuid().primaryKey(), title: text(), state: oneOf("draft", "live"), ...authored, ...timestamps, ...softDelete }) {}
declare const article: With<Article, "author">;
same<User>()(article.author);
same<Date | null>()(article.deletedAt);
type _article = Assert<Equal<Flat<Insert<Article>>, Flat<{ id: string; title: string; state: "draft" | "live"; authorId: number } & { createdAt?: Date | undefined; updatedAt?: Date | undefined; deletedAt?: Date | null | undefined }>>>;

// ---- methods may use other models and the model itself
export class Team extends Model("teams", { id: int().primaryKey(), name: text(), settings: json<{ limit: number }>().nullable(), since: timestamp().nullable(), members: () => hasMany(Member, "teamId") }) {
  static readonly empty = new Team({ name: "" });
  get limit(): number { return this.settings?.limit ?? 0; }
  rename(name: string): this { this.name = name; return this; }
}
export class Member extends Model("members", { id: int().primaryKey(), teamId: int(), team: () => belongsTo(Team, "teamId") }) {}
same<Team>()(Team.empty.rename("x"));

// ---- a model is nominal
// @ts-expect-error a plain object is not a Tag
const tag: Tag = { id: 1, name: "x" };
// @ts-expect-error wrong default
int().default("x");
// @ts-expect-error not one of the values
oneOf("a", "b").default("c");
// @ts-expect-error not a column of Post
hasMany(Post, "autorId");
// @ts-expect-error not a column
class _Bad extends Model("bad", { id: int().primaryKey() }, { indexes: [["ix"]] }) {}
// @ts-expect-error neither column nor relation
class _Bad2 extends Model("bad", { id: 5 }) {}
void update; void anyUser; void notLoaded; void tag;

// ---- objects in place of foreign keys, for a unit of work
declare const writer: User;
new Post({ title: "x", author: writer });
new Post({ title: "x", authorId: 1, tags: [new Tag({ name: "t" })], reviewer: null });
new User({ name: "Ann", email: "a", metadata: { plan: "free", settings: { theme: "dark" } }, posts: [post], profile: null });
// @ts-expect-error an object of another model
new Post({ title: "x", author: post });
// @ts-expect-error the title is still missing
new Post({ author: writer });

// ---- foreign keys of several columns
export class Line extends Model(
  "lines",
  { orderId: int(), no: int(), notes: () => hasMany(Remark, ["orderId", "lineNo"]) },
  { primaryKey: ["orderId", "no"] },
) {}
export class Remark extends Model("remarks", {
  id: int().primaryKey(),
  orderId: int(),
  lineNo: int().nullable(),
  line: () => belongsTo(Line, ["orderId", "lineNo"]),
}) {}
export class Parcel extends Model("parcels", {
  id: int().primaryKey(),
  orderId: int(),
  lineNo: int(),
  line: () => belongsTo(Line, ["lineNo", "orderId"], { references: ["no", "orderId"] }),
}) {}
declare const remark: With<Remark, "line.notes">;
declare const plainRemark: With<Remark, "line">;
same<Line | null>()(plainRemark.line);
same<number | undefined>()(remark.line?.notes[0]?.id);
declare const parcel: With<Parcel, "line">;
same<Line>()(parcel.line);
new Parcel({ line: new Line({ orderId: 1, no: 2 }) });
new Remark({ orderId: 1 });
// @ts-expect-error Remark has no column 'line_no'
hasMany(Remark, ["orderId", "line_no"]);
// @ts-expect-error Line has no column 'number'
belongsTo(Line, ["lineNo", "orderId"], { references: ["number", "orderId"] });
