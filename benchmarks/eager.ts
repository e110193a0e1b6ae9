/** 100 authors with 10 posts each: Petrel's `with("posts")` against two queries written by hand, and both put together. */
import { hasMany, int, Model, text, timestamp } from "../src/entry/index.ts";
import { openBare, openPetrel } from "./bindings.ts";
import type { BareDatabase, Petrel } from "./bindings.ts";
import { measure } from "./measure.ts";
import type { Contender } from "./measure.ts";
import { printTable, printTargets } from "./report.ts";

class Author extends Model("authors", { id: int().primaryKey(), name: text(), posts: () => hasMany(Post, "authorId") }) {}
class Post extends Model("posts", { id: int().primaryKey(), authorId: int(), title: text(), views: int(), at: timestamp() }) {}

interface PlainPost {
  readonly author_id: number;
  readonly at: string;
}
interface PlainAuthor {
  readonly id: number;
  posts?: unknown[];
}

const authorCount = 100;
const postsEach = 10;

const setUp = (database: BareDatabase): void => {
  database.exec("CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT");
  database.exec(
    "CREATE TABLE posts (id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL, title TEXT NOT NULL, views INTEGER NOT NULL, at TEXT NOT NULL) STRICT",
  );
  database.exec("CREATE INDEX posts_author ON posts (author_id)");
  database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${authorCount})
    INSERT INTO authors SELECT i, 'Author ' || i FROM n`);
  database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${authorCount * postsEach})
    INSERT INTO posts SELECT i, 1 + i % ${authorCount}, 'Title of post ' || i, i, '2024-02-03 04:05:06.' || (100 + i % 900) FROM n`);
};

/** What a careful program does: two prepared statements, a map, and Dates for what are timestamps, as the models have them. */
const byHand = (database: BareDatabase): Contender => {
  const authors = database.objects("SELECT id, name FROM authors");
  const posts = database.objects(
    `SELECT id, author_id, title, views, at FROM posts WHERE author_id IN (${Array.from({ length: authorCount }, () => "?").join()})`,
  );
  const run = (): PlainAuthor[] => {
    const found = authors.all() as PlainAuthor[];
    const groups = new Map<number, unknown[]>();
    for (const { id } of found) groups.set(id, []);
    for (const post of posts.all(...groups.keys()) as PlainPost[]) {
      (post as { at: unknown }).at = new Date(`${post.at.replace(" ", "T")}Z`);
      groups.get(post.author_id)!.push(post);
    }
    for (const author of found) author.posts = groups.get(author.id)!;
    return found;
  };
  return { name: `two queries by hand, ${database.name}`, operations: 1, run };
};

const byPetrel = ({ name, engine }: Petrel): readonly Contender[] => [
  { name: `Petrel with("posts"), ${name}`, operations: 1, run: () => engine.query(Author).with("posts").all() },
  {
    name: `Petrel with("posts", limit 3), ${name}`,
    operations: 1,
    run: () =>
      engine
        .query(Author)
        .with("posts", (posts) => posts.orderBy("-id").limit(3))
        .all(),
  },
];

export const eager = async (path: string): Promise<void> => {
  const bare = await openBare(path);
  setUp(bare[0]!);
  const petrel = await openPetrel(path);
  const measured = await measure([...bare.map(byHand), ...petrel.flatMap(byPetrel)], { warmUp: 60, counted: 101 });
  printTable(`${authorCount} authors with ${postsEach} posts each`, measured);
  printTargets(
    measured,
    bare.map(({ name }) => ({ contender: `Petrel with("posts"), ${name}`, against: `two queries by hand, ${name}`, limit: 1.3 })),
  );
  for (const each of bare) await each.close();
  for (const { engine } of petrel) await engine.close();
};
