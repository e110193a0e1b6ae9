/** postgres.js by tagged templates, which it prepares by itself and sends without waiting for the ones before. */
import postgres from "postgres";
import { groupJoined, groupPosts } from "./sql.mjs";

export const packages = ["postgres"];

export const connect = ({ host, port, user, password, database, connections }) =>
  postgres({ host, port, user, password, database, max: connections, connection: { synchronous_commit: "off" }, onnotice: () => {} });

const open = (target) => {
  const sql = connect(target);
  const insert = async ({ name, email, age, score }, on = sql) => {
    const [row] = await on`INSERT INTO bench_users (name, email, age, score) VALUES (${name}, ${email}, ${age}, ${score}) RETURNING id`;
    return row.id;
  };
  return {
    byId: async (id) => (await sql`SELECT id, name, email, age, score FROM bench_users WHERE id = ${id}`)[0],
    insertOne: (user) => insert(user),
    readModifyWrite: (id, add) =>
      sql.begin(async (on) => {
        const [{ score }] = await on`SELECT score FROM bench_users WHERE id = ${id}`;
        await on`UPDATE bench_users SET score = ${score + add} WHERE id = ${id}`;
      }),
    // A Query is a thenable of its own kind: awaited, it runs and gives its rows.
    models: async () => await sql`SELECT id, name, email, age, score FROM bench_users`,
    members: async () => await sql`SELECT id, name, email, age, is_active AS "isActive", created_at AS "createdAt" FROM bench_members`,
    tuples: async () => await sql`SELECT id, name, email, age, score FROM bench_users`.values(),
    column: async () => (await sql`SELECT email FROM bench_users`.values()).map(([email]) => email),
    insertMany: async (users) => await sql`INSERT INTO bench_users ${sql(users, "name", "email", "age", "score")} RETURNING id`,
    insertLoop: (users) =>
      sql.begin(async (on) => {
        for (const user of users) await insert(user, on);
      }),
    eagerSelect: async () => {
      const authors = await sql`SELECT id, name FROM bench_authors`;
      const ids = authors.map(({ id }) => id);
      return groupPosts(authors, await sql`SELECT id, author_id, title, views FROM bench_posts WHERE author_id = ANY(${ids})`);
    },
    eagerJoin: async () =>
      groupJoined(
        await sql`SELECT a.id AS author_id, a.name, p.id, p.title, p.views FROM bench_authors a LEFT JOIN bench_posts p ON p.author_id = a.id ORDER BY a.id`,
      ),
    feed: async (tag) =>
      await sql`SELECT p.id, p.title, p.views, json_build_object('name', a.name) AS author,
      (SELECT json_agg(json_build_object('name', t.name)) FROM bench_post_tags pt JOIN bench_tags t ON t.id = pt.tag_id WHERE pt.post_id = p.id) AS tags
      FROM bench_posts p JOIN bench_authors a ON a.id = p.author_id
      WHERE p.author_id < 90 AND EXISTS (SELECT 1 FROM bench_post_tags pt JOIN bench_tags t ON t.id = pt.tag_id WHERE pt.post_id = p.id AND t.name = ${tag})
      ORDER BY p.views DESC, p.id LIMIT 20`,
    totals: async (least) =>
      await sql`SELECT age, count(*)::int AS people, sum(score) AS total, avg(score) AS mean FROM bench_users GROUP BY age HAVING count(*) > ${least} ORDER BY age`,
    updateOne: async (id, score) => await sql`UPDATE bench_users SET score = ${score} WHERE id = ${id}`,
    deleteOne: async (id) => await sql`DELETE FROM bench_users WHERE id = ${id}`,
    upsert: async (counters) =>
      await sql`INSERT INTO bench_counters ${sql(counters, "key", "hits")} ON CONFLICT (key) DO UPDATE SET hits = excluded.hits`,
    documents: async (kind) => await sql`SELECT id, data FROM bench_documents WHERE data->>'kind' = ${kind}`,
    stream: async (each) => {
      for await (const rows of sql`SELECT id, name, email, age, score FROM bench_users`.cursor(1000)) for (const row of rows) each(row);
    },
    acquire: async () => (await sql.reserve()).release(),
    close: () => sql.end(),
  };
};

export const contenders = () => [{ id: "postgres-js", name: "postgres.js", group: "driver", open }];
