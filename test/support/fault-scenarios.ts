/** What the shared suites do, small enough to be broken at any byte: each scenario is one unit of work on rows of its own, all of it or nothing. */
import { belongsTo, type Engine, F, hasMany, int, Model, type Session, text } from "../../src/entry/index.ts";

export class Shelf extends Model("fault_shelves", {
  id: int().primaryKey(),
  unit: int(),
  name: text(),
  books: () => hasMany(Book, "shelfId"),
}) {}

export class Book extends Model("fault_books", {
  id: int().primaryKey(),
  unit: int(),
  title: text(),
  copies: int(),
  shelfId: int(),
  version: int().version(),
  shelf: () => belongsTo(Shelf, "shelfId"),
  notes: () => hasMany(Note, "bookId"),
}) {}

export class Note extends Model("fault_notes", {
  id: int().primaryKey(),
  unit: int(),
  body: text(),
  bookId: int(),
  book: () => belongsTo(Book, "bookId"),
}) {}

export const faultModels = [Shelf, Book, Note] as const;

/** What every scenario finds: two shelves, six books, twelve notes. */
export const prepare = (engine: Engine, unit: number): Promise<void> =>
  engine.transaction(async (tx) => {
    const shelves = await tx.insertAll(Shelf, [
      { unit, name: "high" },
      { unit, name: "low" },
    ]);
    const titles = ["a", "b", "c", "d", "e", "f"];
    const books = await tx.insertAll(
      Book,
      titles.map((title, at) => ({ unit, title, copies: at, shelfId: shelves[at % 2]!.id })),
    );
    await tx.insertAll(
      Note,
      books.flatMap((book) => ["one", "two"].map((body) => ({ unit, body, bookId: book.id }))),
    );
  });

/** All rows of the unit, without the keys that databases number as they like. */
export const stateOf = async (engine: Engine, unit: number): Promise<unknown> => {
  const shelves = await engine.query(Shelf).filter({ unit }).orderBy("name", "id").all();
  const books = await engine.query(Book).filter({ unit }).with("shelf").orderBy("title", "id").all();
  const notes = await engine.query(Note).filter({ unit }).with("book").orderBy("book.title", "body", "id").all();
  return {
    shelves: shelves.map(({ name }) => name),
    books: books.map(({ title, copies, version, shelf }) => [title, copies, version, shelf.name]),
    notes: notes.map(({ body, book }) => [body, book.title]),
  };
};

/** Gives what it read, without keys. */
type Scenario = (engine: Engine, unit: number) => Promise<unknown>;

const firstShelf = async (asked: Engine | Session, unit: number): Promise<Shelf> => {
  const shelf = await asked.query(Shelf).filter({ unit }).orderBy("name").first();
  if (shelf === null) throw new Error("prepare() has made two shelves.");
  return shelf;
};

export const writing: Readonly<Record<string, Scenario>> = {
  "session: one row": async (engine, unit) => {
    const shelf = await firstShelf(engine, unit);
    const { title, version } = await engine.session().insert(Book, { unit, title: "new", copies: 1, shelfId: shelf.id });
    return [title, version];
  },
  "session: many rows": async (engine, unit) => {
    const { id: shelfId } = await firstShelf(engine, unit);
    const rows = Array.from({ length: 60 }, (_, at) => ({ unit, title: `new ${at}`, copies: at, shelfId }));
    return (await engine.session().insertAll(Book, rows)).map(({ title }) => title);
  },
  "session: an update that counts": (engine, unit) =>
    engine
      .query(Book)
      .filter({ unit })
      .update({ copies: F("copies").plus(1) }),
  "transaction: savepoints, one of them undone": (engine, unit) =>
    engine.transaction(async (tx) => {
      const shelf = await tx.insert(Shelf, { unit, name: "middle" });
      await tx.transaction((inner) => inner.insert(Book, { unit, title: "kept", copies: 1, shelfId: shelf.id }));
      const undone = tx.transaction(async (inner) => {
        await inner.query(Book).filter({ unit }).update({ copies: 77 });
        throw new RangeError("undo this");
      });
      await undone.catch((error: unknown) => {
        if (!(error instanceof RangeError)) throw error;
      });
      await tx
        .query(Book)
        .filter({ unit, title: "a" })
        .update({ copies: F("copies").plus(10) });
      return tx.query(Book).filter({ unit }).orderBy("title").column("copies");
    }),
  "transaction: begun by hand, calls not awaited": async (engine, unit) => {
    await using tx = await engine.session().begin();
    const { id: shelfId } = await firstShelf(tx, unit);
    const calls = [1, 2, 3].map((copies) => tx.insert(Book, { unit, title: `new ${copies}`, copies, shelfId }));
    const [outcomes] = await Promise.all([Promise.allSettled(calls), tx.commit()]);
    return outcomes.map(({ status }) => status);
  },
  "unit of work: new, changed and deleted objects": async (engine, unit) => {
    await using session = engine.session();
    const [first, second, third] = await session.query(Book).filter({ unit }).with("notes").orderBy("title").all();
    first!.copies += 1;
    second!.title = "changed";
    for (const note of third!.notes) session.delete(note);
    session.delete(third!);
    const shelf = new Shelf({ unit, name: "new" });
    session.add(shelf, new Book({ unit, title: "x", copies: 3, shelf }), new Book({ unit, title: "y", copies: 4, shelf }));
    await session.commit();
    return [first!.version, second!.version];
  },
  "unit of work: a flush, a look, a commit": async (engine, unit) => {
    await using session = engine.session();
    const shelf = new Shelf({ unit, name: "new" });
    session.add(shelf);
    await session.flush();
    session.add(new Book({ unit, title: "z", copies: 5, shelf }));
    const seen = await session.query(Book).filter({ unit }).count();
    await session.commit();
    return seen;
  },
};

export const reading: Readonly<Record<string, Scenario>> = {
  "loading: relations of relations": async (engine, unit) => {
    const shelves = await engine.query(Shelf).filter({ unit }).with("books.notes").orderBy("name").all();
    return shelves.map(({ name, books }) => [
      name,
      books.map(({ title, notes }) => [title, notes.map(({ body }) => body).toSorted()] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ]);
  },
  "loading: into objects that are there": async (engine, unit) => {
    const session = engine.session();
    const shelves = await session.query(Shelf).filter({ unit }).orderBy("name").all();
    const loaded = await session.load(shelves, "books");
    return loaded.map(({ books }) => books.map(({ title }) => title).toSorted());
  },
  "loading: a stream": async (engine, unit) => {
    const titles: string[] = [];
    for await (const { title } of engine.query(Book).filter({ unit }).orderBy("title").stream({ batchSize: 2 })) titles.push(title);
    return titles;
  },
  "reads at once, each with its own answer": (engine, unit) =>
    Promise.all(
      ["a", "b", "c", "d", "e", "f", "a", "b", "c"].map(async (title) => {
        const book = await engine.query(Book).filter({ unit, title }).one();
        return `${title}: ${book.title} ${book.copies}`;
      }),
    ),
  "a read with a time limit": (engine, unit) => engine.query(Book).filter({ unit }).count({ timeout: "200ms" }),
};
