/** What a session does with objects, on every database: run this with a way to make an engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  belongsTo,
  bytes,
  ConfigurationError,
  type Engine,
  ForeignKeyViolation,
  hasMany,
  hasOne,
  int,
  json,
  manyToMany,
  Model,
  type Session,
  softDelete,
  StaleObject,
  text,
  timestamp,
  timestamps,
  TransactionError,
  UniqueViolation,
  ValidationError,
} from "../../src/entry/index.ts";
import { type EngineUnderTest, failure } from "./session-suite.ts";

export class Author extends Model("uow_authors", {
  id: int().primaryKey(),
  name: text({ maxLength: 20 }),
  email: text().nullable().unique(),
  settings: json<{ theme: string; tags?: string[] }>().default({ theme: "light" }),
  photo: bytes().nullable(),
  bornAt: timestamp().nullable(),
  ...timestamps,
  books: () => hasMany(Book, "authorId"),
  card: () => hasOne(Card, "authorId"),
}) {
  get label(): string {
    return `<${this.name}>`;
  }
}
export class Card extends Model("uow_cards", {
  id: int().primaryKey(),
  authorId: int().unique(),
  note: text(),
  author: () => belongsTo(Author, "authorId", { onDelete: "cascade" }),
}) {}
export class Book extends Model("uow_books", {
  id: int().primaryKey(),
  title: text(),
  authorId: int(),
  editorId: int().nullable(),
  version: int().version(),
  author: () => belongsTo(Author, "authorId"),
  editor: () => belongsTo(Author, "editorId", { onDelete: "set null" }),
  genres: () => manyToMany(Genre, { through: BookGenre }),
}) {}
export class Genre extends Model("uow_genres", {
  id: int().primaryKey(),
  name: text().unique(),
  books: () => manyToMany(Book, { through: BookGenre }),
}) {}
export class BookGenre extends Model(
  "uow_book_genres",
  {
    bookId: int(),
    genreId: int(),
    book: () => belongsTo(Book, "bookId", { onDelete: "cascade" }),
    genre: () => belongsTo(Genre, "genreId", { onDelete: "cascade" }),
  },
  { primaryKey: ["bookId", "genreId"] },
) {}
export class Folder extends Model("uow_folders", {
  id: int().primaryKey(),
  name: text(),
  parentId: int().nullable(),
  parent: () => belongsTo(Folder, "parentId"),
  children: () => hasMany(Folder, "parentId"),
}) {}
/** Teams and their captains need each other; a captain's team may be set later. */
export class Team extends Model("uow_teams", {
  id: int().primaryKey(),
  captainId: int(),
  captain: () => belongsTo(Player, "captainId"),
}) {}
export class Player extends Model("uow_players", {
  id: int().primaryKey(),
  teamId: int().nullable(),
  team: () => belongsTo(Team, "teamId"),
}) {}
export class Paper extends Model("uow_papers", { id: int().primaryKey(), body: text(), ...softDelete }) {}

const models = [Author, Card, Book, Genre, BookGenre, Folder, Paper];

/** The tables of a ring. */
const createRing = (engine: Engine): Promise<void> => engine.createAll([Team, Player]);

export const unitOfWorkSuite = ({ name, open }: EngineUnderTest): void => {
  const check = (title: string, body: (session: Session, engine: Engine) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      await using engine = await open();
      await engine.createAll(models);
      await using session = engine.session();
      await body(session, engine);
    });
  };
  const names = (engine: Engine): Promise<string[]> => engine.query(Author).orderBy("id").column("name");
  /** Statements that `work` sends, without BEGIN and its like. */
  const statements = async (engine: Engine, work: () => Promise<unknown>): Promise<number> => {
    const before = engine.statementCount;
    await work();
    return engine.statementCount - before;
  };
  const seed = async (engine: Engine): Promise<void> => {
    await engine.transaction(async (session) => {
      const [ann, bob] = await session.insertAll(Author, [{ name: "Ann" }, { name: "Bob" }]);
      await session.insertAll(Book, [
        { title: "A", authorId: ann!.id },
        { title: "B", authorId: ann!.id, editorId: bob!.id },
      ]);
    });
  };

  // ------------------------------------------------------------ identity

  check("a row is one object, however often and whichever way it is read", async (session, engine) => {
    await seed(engine);
    const ann = await session.getOrThrow(Author, 1);
    const all = await session.query(Author).orderBy("id").all();
    assert.equal(all[0], ann);
    assert.equal(await session.query(Author).filter({ name: "Ann" }).first(), ann);
    assert.equal(await session.query(Author).filter({ name: "Ann" }).one(), ann);
    const books = await session.query(Book).with("author").orderBy("id").all();
    assert.deepEqual([books[0]!.author, books[1]!.author], [ann, ann]);
    assert.equal(books[0]!.author, books[1]!.author);
    const [withBooks] = await session.query(Author).filter({ id: 1 }).with("books").all();
    assert.equal(withBooks, ann);
    assert.deepEqual(new Set(withBooks!.books), new Set(books));
    assert.notEqual(await engine.query(Author).first(), ann);
    assert.notEqual(await engine.session().get(Author, 1), ann);
  });

  check("get() answers from memory, also with null for what is deleted", async (session, engine) => {
    await seed(engine);
    const ann = await session.get(Author, 1);
    assert.equal(await statements(engine, async () => assert.equal(await session.get(Author, 1), ann)), 0);
    assert.equal(await session.get(Author, 99), null);
    session.delete(ann!);
    assert.equal(await session.get(Author, 1), null);
    session.add(ann!);
    assert.equal(await session.get(Author, 1), ann);
    const paper = await session.insert(Paper, { body: "x" });
    await session.softDelete(paper);
    assert.equal(await session.get(Paper, paper.id), null);
    assert.equal(await session.get(BookGenre, { bookId: 1, genreId: 1 }), null);
  });

  check("a second read keeps what is known, unwritten changes too; refresh() reads anew", async (session, engine) => {
    await seed(engine);
    const ann = await session.getOrThrow(Author, 1);
    await engine.query(Author).filter({ id: 1 }).update({ name: "Anna" });
    await session.query(Author).all();
    assert.equal(ann.name, "Ann");
    ann.name = "unwritten";
    await session.refresh(ann);
    assert.deepEqual([ann.name, session.isDirty()], ["Anna", false]);
    await engine.query(Book).delete({ all: true });
    await engine.query(Author).filter({ id: 1 }).delete();
    await failure(session.refresh(ann), StaleObject);
  });

  check("an object with some columns is completed by the next query that fetches more", async (session, engine) => {
    await seed(engine);
    const [part] = await session.query(Author).filter({ id: 1 }).only("id", "name").all();
    (part as Author).name = "Anna";
    const whole = await session.getOrThrow(Author, 1);
    assert.equal(whole, part);
    assert.deepEqual([whole.name, whole.settings, whole.label], ["Anna", { theme: "light" }, "<Anna>"]);
    whole.settings.theme = "dark";
    await session.commit();
    const row = await engine.query(Author).filter({ id: 1 }).one();
    assert.deepEqual([row.name, row.settings], ["Anna", { theme: "dark" }]);
  });

  check("a deferred column that is assigned is written", async (session, engine) => {
    await seed(engine);
    const [part] = await session.query(Author).filter({ id: 1 }).only("id", "name").all();
    (part as Author).email = "ann@example.com";
    await session.commit();
    assert.equal((await engine.query(Author).filter({ id: 1 }).one()).email, "ann@example.com");
    assert.equal(await statements(engine, () => session.commit()), 0);
  });

  check("plain rows, streamed rows and the engine's rows are nobody's", async (session, engine) => {
    await seed(engine);
    const streamed: Author[] = [];
    for await (const author of session.query(Author).with("books").orderBy("id").stream()) streamed.push(author);
    streamed[0]!.name = "lost";
    const own = await engine.query(Author).first();
    own!.name = "lost";
    await session.query(Author).values("id", "name");
    assert.equal(session.has(streamed[0]!), false);
    await session.commit();
    assert.deepEqual(await names(engine), ["Ann", "Bob"]);
  });

  check("rows of select() are plain, and none of the session's objects", async (session, engine) => {
    await seed(engine);
    const ann = await session.getOrThrow(Author, 1);
    const [again] = await session
      .query(Author)
      .filter({ id: 1 })
      .select((author) => ({ id: author.id }))
      .all();
    assert.notEqual(again, ann);
    assert.deepEqual(again, { id: 1 });
  });

  check("expunge() lets go of an object, or of all", async (session, engine) => {
    await seed(engine);
    const ann = await session.getOrThrow(Author, 1);
    const fresh = new Author({ name: "New" });
    session.add(fresh);
    ann.name = "unwritten";
    session.expunge(ann);
    session.expunge();
    await session.commit();
    assert.deepEqual(await names(engine), ["Ann", "Bob"]);
    assert.notEqual(await session.get(Author, 1), ann);
  });

  // ------------------------------------------------------------ changes

  check("commit writes the changed columns only, in one transaction, and nothing twice", async (session, engine) => {
    await seed(engine);
    const ann = await session.getOrThrow(Author, 1);
    const bob = await session.getOrThrow(Author, 2);
    await engine.query(Author).filter({ id: 1 }).update({ email: "kept@example.com" });
    ann.name = "Anna";
    bob.bornAt = new Date(0);
    assert.deepEqual(session.dirty, [ann, bob]);
    assert.equal(await statements(engine, () => session.commit()), 2);
    assert.deepEqual(session.dirty, []);
    const rows = await engine.query(Author).orderBy("id").all();
    assert.deepEqual([rows[0]!.name, rows[0]!.email, rows[1]!.bornAt], ["Anna", "kept@example.com", new Date(0)]);
    assert.equal(await statements(engine, () => session.commit()), 0);
    assert.deepEqual(ann.updatedAt, rows[0]!.updatedAt);
  });

  check("documents, dates and bytes that were changed in place are seen, and so is a change back", async (session, engine) => {
    const author = await session.insert(Author, {
      name: "Ann",
      settings: { theme: "light", tags: ["a"] },
      photo: new Uint8Array([1, 2]),
      bornAt: new Date(1000),
    });
    assert.equal(session.isDirty(), false);
    author.settings.tags!.push("b");
    author.photo![0] = 9;
    author.bornAt!.setTime(2000);
    assert.equal(session.isDirty(author), true);
    await session.commit();
    const row = await engine.query(Author).one();
    assert.deepEqual([row.settings, [...row.photo!], row.bornAt], [{ theme: "light", tags: ["a", "b"] }, [9, 2], new Date(2000)]);
    author.settings.tags!.pop();
    author.settings.tags!.push("b");
    author.bornAt = new Date(2000);
    assert.equal(session.isDirty(), false);
  });

  check("new objects are inserted parents first, with the keys of parents that had none", async (session, engine) => {
    const ann = new Author({ name: "Ann" });
    const book = new Book({ title: "A", author: ann } as never);
    const card = new Card({ note: "n", author: ann } as never);
    session.add(book, card);
    assert.deepEqual([session.new.length, ann.id], [2, undefined]);
    assert.equal(await statements(engine, () => session.commit()), 3);
    assert.deepEqual([ann.id, book.authorId, card.authorId, book.version], [1, 1, 1, 1]);
    assert.ok(ann.createdAt instanceof Date);
    assert.deepEqual(session.new, []);
    assert.equal(await session.get(Author, 1), ann);
    assert.equal(await statements(engine, () => session.commit()), 0);
  });

  check("new children in a loaded relation are inserted with the parent's key", async (session, engine) => {
    await seed(engine);
    const ann = await session.query(Author).filter({ id: 1 }).with("books", "card").one();
    const book = new Book({ title: "C" } as never);
    ann.books.push(book as never);
    ann.card = new Card({ note: "n" } as never);
    await session.commit();
    assert.equal(book.authorId, 1);
    assert.deepEqual(await engine.query(Book).filter({ authorId: 1 }).orderBy("id").column("title"), ["A", "B", "C"]);
    assert.equal((await engine.query(Card).one()).authorId, 1);
    assert.equal(await statements(engine, () => session.commit()), 0);
  });

  check("a relation that is assigned changes its key, and a key that is assigned lets the relation go", async (session, engine) => {
    await seed(engine);
    const bob = await session.getOrThrow(Author, 2);
    const book = await session.query(Book).filter({ id: 1 }).with("author").one();
    book.author = bob;
    await session.commit();
    assert.equal(book.authorId, 2);
    assert.equal((await engine.query(Book).filter({ id: 1 }).one()).authorId, 2);
    book.authorId = 1;
    await session.commit();
    assert.equal((await engine.query(Book).filter({ id: 1 }).one()).authorId, 1);
    await session.commit();
    assert.equal((await engine.query(Book).filter({ id: 1 }).one()).authorId, 1);
    const fresh = new Author({ name: "New" });
    book.author = fresh;
    await session.commit();
    assert.equal(book.authorId, fresh.id);
    book.authorId = 1;
    book.author = bob;
    await failure(session.commit(), ValidationError);
  });

  check("a tree is written depth by depth, and deleted from its leaves", async (session, engine) => {
    const root = new Folder({ name: "root" });
    const middle = new Folder({ name: "middle", parent: root } as never);
    const leaf = new Folder({ name: "leaf", parent: middle } as never);
    session.add(leaf);
    await session.commit();
    assert.deepEqual([middle.parentId, leaf.parentId], [root.id, middle.id]);
    session.delete(root, leaf, middle);
    await session.commit();
    assert.equal(await engine.query(Folder).count(), 0);
    assert.deepEqual([session.has(root), session.has(leaf)], [false, false]);
  });

  check("rows that need each other are written in two steps", async (session, engine) => {
    await createRing(engine);
    const player = new Player({});
    const team = new Team({ captain: player } as never);
    (player as Player & { team: Team }).team = team;
    session.add(team);
    await session.commit();
    assert.deepEqual([team.captainId, player.teamId], [player.id, team.id]);
    const row = await engine.query(Player).one();
    assert.equal(row.teamId, team.id);
    const self = new Folder({ name: "self" });
    (self as Folder & { parent: Folder }).parent = self;
    session.add(self);
    await session.commit();
    assert.equal((await engine.query(Folder).one()).parentId, self.id);
    session.delete(player, team, self);
    await session.commit();
    assert.deepEqual([await engine.query(Team).count(), await engine.query(Player).count(), await engine.query(Folder).count()], [0, 0, 0]);
  });

  check("many objects of one kind are as many statements, in one transaction", async (session, engine) => {
    session.addAll(Array.from({ length: 50 }, (_, index) => new Author({ name: `a${index}` })));
    await session.commit();
    assert.deepEqual(
      (await session.query(Author).orderBy("id").all()).map((author) => author.name),
      Array.from({ length: 50 }, (_, index) => `a${index}`),
    );
    assert.equal(await engine.query(Author).count(), 50);
  });

  check("delete() before a flush: what was only added is let go, what has no row is refused", async (session, engine) => {
    const author = new Author({ name: "Ann" });
    session.add(author).delete(author);
    await session.commit();
    assert.equal(await engine.query(Author).count(), 0);
    assert.throws(() => session.delete(author), ConfigurationError);
    assert.throws(() => session.add({} as never), ConfigurationError);
  });

  check("deleting takes along what the database deletes, and clears the keys that it clears", async (session, engine) => {
    await seed(engine);
    const bob = await session.getOrThrow(Author, 2);
    const card = await session.insert(Card, { authorId: 2, note: "n" });
    const book = await session.getOrThrow(Book, 2);
    session.delete(bob);
    await session.commit();
    assert.deepEqual([session.has(card), book.editorId, session.isDirty()], [false, null, false]);
    const ann = await session.getOrThrow(Author, 1);
    session.delete(ann);
    await failure(session.commit(), ForeignKeyViolation);
    assert.deepEqual([session.has(ann), session.deleted], [true, [ann]]);
    await session.rollback();
    assert.deepEqual(session.deleted, []);
    session.delete(ann, book, await session.getOrThrow(Book, 1));
    await session.commit();
    assert.equal(await engine.query(Author).count(), 0);
  });

  check("a deleted object leaves the relations in hand, and comes back to them with a rollback", async (session, engine) => {
    await seed(engine);
    const ann = await session.query(Author).filter({ id: 1 }).with("books").one();
    const books = [...ann.books];
    session.delete(books[0]!);
    await session.flush();
    assert.deepEqual(ann.books, [books[1]]);
    await session.rollback();
    assert.deepEqual(ann.books, books);
    session.delete(books[0]!);
    await session.commit();
    await session.remove(books[1]!);
    await session.commit();
    assert.deepEqual([ann.books, await engine.query(Book).count()], [[], 0]);
  });

  check("a changed primary key moves the row", async (session, engine) => {
    const genre = await session.insert(Genre, { name: "g" });
    genre.id = 77;
    await session.commit();
    assert.deepEqual(await engine.query(Genre).column("id"), [77]);
    assert.equal(await session.get(Genre, 77), genre);
    assert.equal(await session.get(Genre, 1), null);
  });

  // ------------------------------------------------------------ autoflush and transactions

  check("a query sees what is unwritten, and nothing is kept before commit", async (session, engine) => {
    session.add(new Author({ name: "Ann" }));
    assert.deepEqual((await session.query(Author).all()).length, 1);
    assert.equal(await session.query(Author).count(), 1);
    await session.rollback();
    assert.equal(await engine.query(Author).count(), 0);
    const quiet = engine.session({ autoflush: false });
    quiet.add(new Author({ name: "Bob" }));
    assert.equal(await quiet.query(Author).count(), 0);
    await quiet.commit();
    assert.deepEqual(await names(engine), ["Bob"]);
    assert.throws(() => engine.session({ autoFlush: true } as never), ConfigurationError);
  });

  check("a session that goes away without commit keeps nothing", async (_session, engine) => {
    {
      await using session = engine.session();
      session.add(new Author({ name: "Ann" }));
      await session.flush();
    }
    assert.equal(await engine.query(Author).count(), 0);
  });

  check("transaction(fn) writes what was added when it returns, and nothing when it throws", async (session, engine) => {
    await session.transaction(async (tx) => {
      tx.add(new Author({ name: "Ann" }));
    });
    const ann = await session.getOrThrow(Author, 1);
    const failed = session.transaction(async (tx) => {
      ann.name = "changed";
      tx.add(new Author({ name: "Bob" }));
      await tx.flush();
      assert.equal(await tx.query(Author).count(), 2);
      throw new Error("oops");
    });
    await assert.rejects(failed, /oops/);
    assert.deepEqual([await names(engine), ann.name, session.new, session.isDirty()], [["Ann"], "Ann", [], false]);
    await session.transaction(async () => {
      ann.name = "Anna";
    });
    assert.deepEqual(await names(engine), ["Anna"]);
  });

  check("after a rollback objects are what they were: values, keys, and whether they are tracked", async (session, engine) => {
    await seed(engine);
    const ann = await session.query(Author).filter({ id: 1 }).with("books").one();
    const bob = await session.getOrThrow(Author, 2);
    const before = { ...ann, settings: { ...ann.settings } };
    const books = [...ann.books];
    const unwritten = new Author({ name: "Waiting" });
    session.add(unwritten);
    bob.name = "Robert";
    await using tx = await session.begin();
    ann.name = "x";
    ann.settings.theme = "dark";
    const book = new Book({ title: "new" } as never);
    ann.books.push(book as never);
    tx.delete(books[0]!);
    await tx.flush();
    await tx.update(bob, { email: "bob@example.com" });
    assert.deepEqual([typeof book.id, typeof unwritten.id, tx.has(books[0]!)], ["number", "number", false]);
    await tx.rollback();
    assert.deepEqual({ ...ann }, { ...before, books });
    assert.deepEqual([book.id, session.has(book), session.has(books[0]!)], [undefined, false, true]);
    assert.deepEqual([bob.name, bob.email, unwritten.id, session.new], ["Robert", null, undefined, [unwritten]]);
    await session.commit();
    assert.deepEqual(await names(engine), ["Ann", "Robert", "Waiting"]);
    assert.equal(await engine.query(Book).count(), 2);
  });

  check("a savepoint that is rolled back takes only its own changes with it", async (session, engine) => {
    await session.transaction(async (tx) => {
      const ann = new Author({ name: "Ann" });
      tx.add(ann);
      await tx.flush();
      const failed = tx.transaction(async (inner) => {
        ann.name = "inner";
        inner.add(new Author({ name: "Bob" }));
        await inner.flush();
        throw new Error("oops");
      });
      await assert.rejects(failed, /oops/);
      assert.deepEqual([ann.name, tx.has(ann), tx.new], ["Ann", true, []]);
      await tx.transaction(async () => {
        ann.email = "ann@example.com";
      });
    });
    const rows = await engine.query(Author).all();
    assert.deepEqual(
      rows.map((row) => [row.name, row.email]),
      [["Ann", "ann@example.com"]],
    );
  });

  check("a failed flush leaves everything as before it, to be mended and tried again", async (session, engine) => {
    await session.insert(Author, { name: "Ann", email: "a@example.com" });
    const bob = new Author({ name: "Bob", email: "b@example.com" });
    const twin = new Author({ name: "Twin", email: "a@example.com" });
    session.add(bob, twin);
    await failure(session.flush(), UniqueViolation);
    assert.deepEqual([bob.id, twin.id, session.new], [undefined, undefined, [bob, twin]]);
    twin.email = "c@example.com";
    await session.commit();
    assert.deepEqual(await names(engine), ["Ann", "Bob", "Twin"]);
    await engine.transaction(async (tx) => {
      const ann = await tx.getOrThrow(Author, 1);
      ann.name = "Anna";
      tx.add(new Author({ name: "again", email: "a@example.com" }));
      await failure(tx.flush(), UniqueViolation);
      assert.equal(tx.new.length, 1);
      tx.expunge(tx.new[0] as Author);
    });
    assert.deepEqual(await names(engine), ["Anna", "Bob", "Twin"]);
  });

  check("all values of all objects are checked before anything is written", async (session, engine) => {
    const good = new Author({ name: "Ann" });
    const long = new Author({ name: "ok" });
    long.name = "x".repeat(21);
    const lost = new Book({ title: "t" } as never);
    session.add(good, long, lost);
    const sent = engine.statementCount;
    const error = await failure(session.flush(), ValidationError);
    assert.equal(engine.statementCount, sent);
    assert.match(error.message, /Author: name .*Book: authorId has no value/s);
    assert.deepEqual(error.properties, ["authorId", "name"]);
    assert.deepEqual(session.new, [good, long, lost]);
  });

  check("outer sessions stand by while a transaction works with their objects", async (session) => {
    const author = await session.insert(Author, { name: "Ann" });
    await using tx = await session.begin();
    author.name = "Anna";
    await failure(session.flush(), TransactionError);
    await tx.commit();
    assert.equal(session.isDirty(), false);
  });

  check("writes at once keep objects and what they have unwritten apart", async (session, engine) => {
    const author = await session.insert(Author, { name: "Ann" });
    author.email = "unwritten@example.com";
    await session.update(author, { name: "Anna" });
    assert.equal((await engine.query(Author).one()).email, null);
    assert.deepEqual(session.dirty, [author]);
    await session.commit();
    assert.equal((await engine.query(Author).one()).email, "unwritten@example.com");
    await session.remove(author);
    assert.equal(session.has(author), false);
    const failed = session.transaction(async (tx) => {
      await tx.insert(author);
      throw new Error("oops");
    });
    await assert.rejects(failed, /oops/);
    assert.equal(session.has(author), false);
  });

  check("flushes and queries made at once take turns", async (session, engine) => {
    session.addAll([new Author({ name: "a" }), new Author({ name: "b" })]);
    const [count] = await Promise.all([session.query(Author).count(), session.flush(), session.query(Author).all(), session.flush()]);
    assert.equal(count, 2);
    await session.commit();
    assert.deepEqual(await names(engine), ["a", "b"]);
  });

  // ------------------------------------------------------------ versions

  check("a version counts every write, and a stale object is refused", async (session, engine) => {
    await seed(engine);
    const book = await session.getOrThrow(Book, 1);
    assert.equal(book.version, 1);
    book.title = "A2";
    await session.commit();
    assert.equal(book.version, 2);
    await session.update(book, { title: "A3" });
    assert.equal(book.version, 3);
    await engine.query(Book).filter({ id: 1 }).update({ title: "theirs" });
    assert.equal((await engine.query(Book).filter({ id: 1 }).one()).version, 4);
    book.title = "mine";
    const error = await failure(session.commit(), StaleObject);
    assert.deepEqual([error.model, error.table, error.properties], ["Book", "uow_books", ["id"]]);
    assert.deepEqual([book.title, book.version], ["mine", 3]);
    await failure(session.update(book, { title: "mine" }), StaleObject);
    session.delete(book);
    await failure(session.commit(), StaleObject);
    await session.rollback();
    await session.refresh(book);
    assert.deepEqual([book.title, book.version], ["theirs", 4]);
    book.title = "mine";
    await session.commit();
    assert.equal((await engine.query(Book).filter({ id: 1 }).one()).title, "mine");
  });

  // ------------------------------------------------------------ collections

  check("members of a many-to-many relation are added, removed, set and cleared, a statement each", async (session, engine) => {
    await seed(engine);
    const book = await session.query(Book).filter({ id: 1 }).with("genres").one();
    const [a, b, c] = await session.insertAll(Genre, [{ name: "a" }, { name: "b" }, { name: "c" }]);
    const genres = session.collection(book, "genres");
    const inRows = (): Promise<number[]> => engine.query(BookGenre).orderBy("genreId").column("genreId");
    assert.equal(await statements(engine, () => genres.add(a!, b!)), 1);
    await genres.add(b!, c!);
    assert.deepEqual(
      [await inRows(), book.genres],
      [
        [1, 2, 3],
        [a, b, c],
      ],
    );
    assert.equal(await statements(engine, () => genres.remove(a!, a!)), 1);
    await genres.remove(a!);
    assert.deepEqual(
      [await inRows(), book.genres],
      [
        [2, 3],
        [b, c],
      ],
    );
    const fresh = new Genre({ name: "d" });
    await genres.set([a!, fresh]);
    await session.commit();
    assert.deepEqual(
      [await inRows(), book.genres],
      [
        [1, fresh.id],
        [a, fresh],
      ],
    );
    await genres.clear();
    assert.deepEqual([await inRows(), book.genres], [[], []]);
    await genres.set([]);
    await genres.add();
    assert.throws(() => session.collection(book, "author" as never), ConfigurationError);
  });

  check("a new object brings its members along", async (session, engine) => {
    const genre = await session.insert(Genre, { name: "old" });
    const author = new Author({ name: "Ann" });
    const book = new Book({ title: "A", author, genres: [genre, new Genre({ name: "new" })] } as never);
    session.add(book);
    await session.commit();
    assert.equal(await engine.query(BookGenre).filter({ bookId: book.id }).count(), 2);
    const loaded = await session.query(Book).with("genres").one();
    loaded.genres.push(new Genre({ name: "pushed" }) as never);
    assert.match((await failure(session.commit(), ConfigurationError)).message, /collection/);
  });

  check("members that another session or an engine has read are members by their keys", async (session, engine) => {
    await seed(engine);
    await using other = engine.session();
    const [a, b, c] = await other.insertAll(Genre, [{ name: "a" }, { name: "b" }, { name: "c" }]);
    const book = await session.query(Book).filter({ id: 1 }).with("genres").one();
    const genres = session.collection(book, "genres");
    const inRows = (): Promise<number[]> => engine.query(BookGenre).orderBy("genreId").column("genreId");
    await genres.add(a!, b!);
    a!.name = "the other session's to write";
    assert.equal((await session.query(Genre).filter({ id: 3 }).one()).name, "c");
    const own = await session.getOrThrow(Genre, 2);
    await genres.add(b!, c!);
    assert.deepEqual(
      book.genres.map((genre) => genre.id),
      [1, 2, 3],
    );
    assert.deepEqual([book.genres[0] === a, book.genres[1] === own, session.has(a!)], [true, true, false]);
    assert.equal(await statements(engine, () => session.commit()), 0);
    assert.deepEqual(await inRows(), [1, 2, 3]);
    const detached = (await engine.query(Genre).filter({ id: 1 }).one()) as Genre;
    await genres.remove(detached);
    assert.deepEqual(
      book.genres.map((genre) => genre.id),
      [2, 3],
    );
    await genres.set([detached, c!]);
    await session.rollback();
    assert.deepEqual(
      book.genres.map((genre) => genre.id),
      [1, 3],
    );
    await session.query(Genre).all();
    await session.commit();
    assert.deepEqual(await inRows(), [1, 3]);
    assert.equal((await engine.query(Genre).filter({ id: 1 }).one()).name, "a");
  });

  check("a member without a row, or of another model, is refused at once, and nothing is lost", async (session, engine) => {
    await seed(engine);
    const book = await session.query(Book).filter({ id: 1 }).with("genres").one();
    book.title = "changed";
    const genres = session.collection(book, "genres");
    await failure(genres.add(new Genre({ id: 77, name: "nowhere" })), ForeignKeyViolation);
    await failure(genres.add((await session.getOrThrow(Author, 1)) as never), ConfigurationError);
    await failure(genres.set([{ id: 1 } as never]), ConfigurationError);
    await failure(genres.remove((await session.getOrThrow(Author, 1)) as never), ConfigurationError);
    assert.deepEqual(book.genres, []);
    await session.commit();
    assert.equal(await engine.query(Book).filter({ title: "changed" }).count(), 1);
  });

  check("relations go on showing objects that the session let go of, and do not insert them again", async (session, engine) => {
    await seed(engine);
    await engine.transaction(async (tx) => {
      await tx.insert(Genre, { name: "a" });
      await tx.insert(BookGenre, { bookId: 1, genreId: 1 });
    });
    const ann = await session.query(Author).filter({ id: 1 }).with("books.genres").one();
    const [first, second] = ann.books;
    session.expunge(first!.genres[0]!);
    session.expunge(second!);
    ann.name = "Anna";
    await session.commit();
    assert.deepEqual([ann.books.length, first!.genres.length], [2, 1]);
    await session.rollback();
    assert.deepEqual([ann.books.length, first!.genres.length], [2, 1]);
    assert.deepEqual([await engine.query(Book).count(), await engine.query(Genre).count(), await names(engine)], [2, 1, ["Anna", "Bob"]]);
  });

  check("links of a flush take a statement for each join table, from whichever side they are given", async (session, engine) => {
    const author = await session.insert(Author, { name: "Ann" });
    const genre = await session.insert(Genre, { name: "old" });
    const books = Array.from({ length: 5 }, (_, index) => new Book({ title: `${index}`, author, genres: [genre] } as never));
    const fresh = new Genre({ name: "new", books: [...books, books[0]] } as never);
    session.add(...books, fresh);
    // The books, a genre, and their links.
    assert.equal(await statements(engine, () => session.commit()), 3);
    const links = await engine.query(BookGenre).orderBy("bookId", "genreId").valuesList("bookId", "genreId");
    assert.deepEqual(
      links,
      books.flatMap(({ id }) => [genre, fresh].map((each) => [id, each.id])),
    );
  });

  // ------------------------------------------------------------ hooks

  check("hooks are called around writes of objects, and may change them", async (session, engine) => {
    const calls: string[] = [];
    for (const hook of [
      "beforeInsert",
      "afterInsert",
      "beforeUpdate",
      "afterUpdate",
      "beforeDelete",
      "afterDelete",
      "afterLoad",
    ] as const) {
      session.on(hook, Author, (author) => void calls.push(`${hook} ${author.name}`));
    }
    session.on("beforeInsert", Author, (author) => {
      author.email = `${author.name}@example.com`;
    });
    for (const hook of ["beforeCommit", "afterCommit", "afterRollback"] as const) session.on(hook, () => void calls.push(hook));
    const author = new Author({ name: "a" });
    session.add(author);
    await session.commit();
    author.name = "b";
    await session.commit();
    await session.update(author, { name: "c" });
    session.expunge();
    const again = await session.getOrThrow(Author, author.id);
    session.delete(again);
    await session.commit();
    await session.insert(Author, { name: "d" });
    await session.insertAll(Author, [{ name: "e" }]);
    await session.query(Author).filter({ name: "e" }).update({ name: "f" });
    session.add(new Author({ name: "g" }));
    await session.rollback();
    assert.deepEqual(calls, [
      ...["beforeInsert a", "afterInsert a", "beforeCommit", "afterCommit"],
      ...["beforeUpdate b", "afterUpdate b", "beforeCommit", "afterCommit"],
      ...["beforeUpdate b", "afterUpdate c", "afterLoad c"],
      ...["beforeDelete c", "afterDelete c", "beforeCommit", "afterCommit"],
      ...["beforeInsert d", "afterInsert d", "afterRollback"],
    ]);
    assert.deepEqual(await engine.query(Author).orderBy("id").column("email"), ["d@example.com", null]);
    assert.throws(() => session.on("beforeinsert" as never, Author as never, (() => {}) as never), ConfigurationError);
  });

  check("what a hook adds is written too, and what it throws undoes everything", async (session, engine) => {
    session.on("beforeInsert", Author, (author, inner) => {
      inner.add(new Genre({ name: `of ${author.name}` }));
    });
    session.on("afterInsert", Author, async (author, inner) => {
      assert.equal(await inner.query(Author).filter({ id: author.id }).count(), 1);
      inner.add(new Card({ authorId: author.id, note: "hook" }));
      if (author.name === "bad") throw new Error("oops");
    });
    session.add(new Author({ name: "a" }));
    await session.commit();
    assert.deepEqual([await engine.query(Genre).column("name"), await engine.query(Card).count()], [["of a"], 1]);
    session.add(new Author({ name: "bad" }));
    await assert.rejects(session.commit(), /oops/);
    assert.deepEqual([await names(engine), await engine.query(Card).count()], [["a"], 1]);
  });

  check("afterCommit callbacks run once everything is kept, and not when it is undone", async (session) => {
    const calls: string[] = [];
    await session.afterCommit(() => calls.push("at once"));
    await session.transaction(async (tx) => {
      await tx.afterCommit(() => calls.push("outer"));
      const failed = tx.transaction(async (inner) => {
        await inner.afterCommit(() => calls.push("never"));
        throw new Error("oops");
      });
      await assert.rejects(failed, /oops/);
      await tx.transaction((inner) => inner.afterCommit(() => calls.push("inner")));
      assert.deepEqual(calls, ["at once"]);
    });
    assert.deepEqual(calls, ["at once", "outer", "inner"]);
  });

  check("serialisation shows what is there and loads nothing", async (session, engine) => {
    await seed(engine);
    const book = await session.getOrThrow(Book, 1);
    const text = JSON.stringify(book);
    assert.deepEqual(JSON.parse(text), { id: 1, title: "A", authorId: 1, editorId: null, version: 1 });
    assert.equal(await statements(engine, async () => void JSON.stringify(book)), 0);
  });
};
