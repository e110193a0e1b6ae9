/** The SQLite libraries by themselves: statements prepared once, all of them by the same few calls. */
import { converterOf, groupJoined, groupPosts } from "./sql.mjs";

const users = "id, name, email, age, score";

/** What SQLite keeps as 1 and as text, in a class of one's own. */
class Member {
  constructor([id, name, email, age, isActive, createdAt]) {
    this.id = id;
    this.name = name;
    this.email = email;
    this.age = age;
    this.isActive = isActive === 1;
    this.createdAt = new Date(`${createdAt.replace(" ", "T")}Z`);
  }
}

/** `arrays` makes a statement whose rows are arrays. */
export const operationsOf = ({ prepare, arrays, exec, close }) => {
  const byId = prepare(`SELECT ${users} FROM bench_users WHERE id = ?`);
  const scoreOf = prepare("SELECT score FROM bench_users WHERE id = ?");
  const insert = prepare("INSERT INTO bench_users (name, email, age, score) VALUES (?, ?, ?, ?)");
  const all = prepare(`SELECT ${users} FROM bench_users`);
  const tuples = arrays(`SELECT ${users} FROM bench_users`);
  const members = arrays("SELECT id, name, email, age, is_active, created_at FROM bench_members");
  const emails = arrays("SELECT email FROM bench_users");
  const authors = prepare("SELECT id, name FROM bench_authors");
  const posts = prepare("SELECT id, author_id, title, views FROM bench_posts WHERE author_id IN (SELECT value FROM json_each(?))");
  const joined = prepare(
    "SELECT a.id AS author_id, a.name, p.id, p.title, p.views FROM bench_authors a LEFT JOIN bench_posts p ON p.author_id = a.id ORDER BY a.id",
  );
  const feed = prepare(`SELECT p.id, p.title, p.views, a.name AS author FROM bench_posts p JOIN bench_authors a ON a.id = p.author_id
    WHERE p.author_id < 90 AND p.id IN (SELECT pt.post_id FROM bench_post_tags pt JOIN bench_tags t ON t.id = pt.tag_id WHERE t.name = ?)
    ORDER BY p.views DESC, p.id LIMIT 20`);
  const tagsOf = prepare(
    "SELECT pt.post_id, t.name FROM bench_post_tags pt JOIN bench_tags t ON t.id = pt.tag_id WHERE pt.post_id IN (SELECT value FROM json_each(?))",
  );
  const totals = prepare(
    "SELECT age, count(*) AS people, sum(score) AS total, avg(score) AS mean FROM bench_users GROUP BY age HAVING count(*) > ? ORDER BY age",
  );
  const update = prepare("UPDATE bench_users SET score = ? WHERE id = ?");
  const remove = prepare("DELETE FROM bench_users WHERE id = ?");
  const upsert = prepare("INSERT INTO bench_counters (key, hits) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET hits = excluded.hits");
  const documents = prepare("SELECT id, data FROM bench_documents WHERE data->>'kind' = ?");
  const inTransaction = (work) => {
    exec("BEGIN IMMEDIATE");
    try {
      work();
      exec("COMMIT");
    } catch (error) {
      exec("ROLLBACK");
      throw error;
    }
  };
  const insertMany = (list) =>
    inTransaction(() => {
      for (const { name, email, age, score } of list) insert.run(name, email, age, score);
    });
  return {
    byId: (id) => byId.get(id),
    insertOne: ({ name, email, age, score }) => Number(insert.run(name, email, age, score).lastInsertRowid),
    readModifyWrite: (id, add) => inTransaction(() => update.run(scoreOf.get(id).score + add, id)),
    models: () => all.all(),
    members: () => members.all().map((row) => new Member(row)),
    tuples: () => tuples.all(),
    convert: converterOf(() => tuples.all()),
    column: () => emails.all().map(([email]) => email),
    insertMany,
    insertLoop: insertMany,
    eagerSelect: () => {
      const found = authors.all();
      return groupPosts(found, posts.all(JSON.stringify(found.map(({ id }) => id))));
    },
    eagerJoin: () => groupJoined(joined.all()),
    feed: (tag) => {
      const found = feed.all(tag);
      const byPost = new Map();
      for (const post of found) {
        post.author = { name: post.author };
        post.tags = [];
        byPost.set(post.id, post);
      }
      for (const { post_id: id, name } of tagsOf.all(JSON.stringify([...byPost.keys()]))) byPost.get(id).tags.push({ name });
      return found;
    },
    totals: (least) => totals.all(least),
    updateOne: (id, score) => update.run(score, id),
    deleteOne: (id) => remove.run(id),
    upsert: (counters) =>
      inTransaction(() => {
        for (const { key, hits } of counters) upsert.run(key, hits);
      }),
    documents: (kind) => documents.all(kind).map(({ id, data }) => ({ id, data: JSON.parse(data) })),
    stream: async (each) => {
      for (const user of all.iterate()) each(user);
    },
    close,
  };
};
