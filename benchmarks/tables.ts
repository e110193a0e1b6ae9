/** The tables that everyone works on, made anew by one statement after the other on either database, and the rows in them. */
import type { NewUser } from "./operations.ts";
import type { DatabaseKind } from "./target.ts";

export interface Sizes {
  readonly users: number;
}

export const authorCount = 100;
export const postsEach = 10;
export const tagCount = 20;
export const documentCount = 1000;

/** `i` from 0 to below `count`, on either database. */
const numbers = (kind: DatabaseKind, count: number): string =>
  kind === "postgres"
    ? `generate_series(0, ${count - 1}) AS n(i)`
    : `(WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1}) SELECT i FROM n) AS n`;

export const memberCount = 10_000;

const names = [
  "bench_members",
  "bench_post_tags",
  "bench_posts",
  "bench_tags",
  "bench_authors",
  "bench_users",
  "bench_counters",
  "bench_documents",
];

export const dropTables = (): readonly string[] => names.map((name) => `DROP TABLE IF EXISTS ${name}`);

export const createTables = (kind: DatabaseKind): readonly string[] => {
  const [key, reference, text, real, json] =
    kind === "postgres"
      ? ["serial PRIMARY KEY", "integer", "varchar(100)", "real", "jsonb"]
      : ["INTEGER PRIMARY KEY", "INTEGER", "TEXT", "REAL", "TEXT"];
  const [bool, moment, isActive, createdAt] =
    kind === "postgres"
      ? ["boolean", "timestamptz", "i % 3 <> 0", "'2024-01-01 00:00:00.123Z'::timestamptz + i * interval '1 hour'"]
      : ["INTEGER", "TEXT", "i % 3 <> 0", "strftime('%Y-%m-%d %H:%M:%f', '2024-01-01 00:00:00.123', i || ' hours')"];
  return [
    ...dropTables(),
    `CREATE TABLE bench_users (id ${key}, name ${text} NOT NULL, email ${kind === "postgres" ? "varchar(255)" : text} NOT NULL, age integer NOT NULL, score ${real} NOT NULL)`,
    `CREATE TABLE bench_members (id ${key}, name ${text} NOT NULL, email ${text} NOT NULL, age integer NOT NULL, is_active ${bool} NOT NULL, created_at ${moment} NOT NULL)`,
    `CREATE TABLE bench_authors (id ${key}, name ${text} NOT NULL)`,
    `CREATE TABLE bench_tags (id ${key}, name ${text} NOT NULL)`,
    `CREATE TABLE bench_posts (id ${key}, author_id ${reference} NOT NULL REFERENCES bench_authors (id), title ${text} NOT NULL, views integer NOT NULL)`,
    `CREATE TABLE bench_post_tags (post_id ${reference} NOT NULL REFERENCES bench_posts (id), tag_id ${reference} NOT NULL REFERENCES bench_tags (id), PRIMARY KEY (post_id, tag_id))`,
    `CREATE TABLE bench_counters (key ${text} PRIMARY KEY, hits integer NOT NULL)`,
    `CREATE TABLE bench_documents (id ${key}, data ${json} NOT NULL)`,
    "CREATE INDEX bench_posts_author ON bench_posts (author_id)",
    "CREATE INDEX bench_post_tags_tag ON bench_post_tags (tag_id)",
    `INSERT INTO bench_authors (id, name) SELECT i + 1, 'Author ' || i FROM ${numbers(kind, authorCount)}`,
    `INSERT INTO bench_members (id, name, email, age, is_active, created_at) SELECT i + 1, 'User Name ' || i, 'user' || i || '@example.com', 18 + i % 60, ${isActive}, ${createdAt} FROM ${numbers(kind, memberCount)}`,
    `INSERT INTO bench_tags (id, name) SELECT i + 1, 'tag' || i FROM ${numbers(kind, tagCount)}`,
    `INSERT INTO bench_posts (id, author_id, title, views) SELECT i + 1, 1 + i % ${authorCount}, 'Title of post ' || i, i * 7919 % 10007 FROM ${numbers(kind, authorCount * postsEach)}`,
    `INSERT INTO bench_post_tags (post_id, tag_id) SELECT 1 + i / 3, 1 + (i / 3 + i % 3 * 7) % ${tagCount} FROM ${numbers(kind, authorCount * postsEach * 3)}`,
    `INSERT INTO bench_documents (id, data) SELECT i + 1, ${kind === "postgres" ? `jsonb_build_object('kind', 'k' || i % 10, 'n', i, 'words', jsonb_build_array('a' || i, 'b'))` : `json_object('kind', 'k' || i % 10, 'n', i, 'words', json_array('a' || i, 'b'))`} FROM ${numbers(kind, documentCount)}`,
    ...(kind === "postgres"
      ? ["VACUUM (ANALYZE) bench_members", "ANALYZE bench_posts", "ANALYZE bench_post_tags", "ANALYZE bench_documents"]
      : []),
  ];
};

/** What scenarios write to, as it was in the beginning: before every contender, and before every round of one that writes. */
export const reseed = (kind: DatabaseKind, { users }: Sizes): readonly string[] => [
  ...(kind === "postgres"
    ? ["TRUNCATE bench_users, bench_counters RESTART IDENTITY"]
    : ["DELETE FROM bench_users", "DELETE FROM bench_counters"]),
  `INSERT INTO bench_users (${kind === "postgres" ? "" : "id, "}name, email, age, score) SELECT ${kind === "postgres" ? "" : "i + 1, "}'user' || i, 'user' || i || '@example.com', 25 + i % 50, 85.5 + i % 15 FROM ${numbers(kind, users)}`,
  `INSERT INTO bench_counters (key, hits) SELECT 'key' || (i * 2), i FROM ${numbers(kind, 500)}`,
  ...(kind === "postgres" ? ["VACUUM (ANALYZE) bench_users", "VACUUM (ANALYZE) bench_counters"] : ["PRAGMA wal_checkpoint(TRUNCATE)"]),
];

/** A user as `reseed` makes it, for inserting more of them. */
export const newUser = (index: number): NewUser => ({
  name: `user${index}`,
  email: `user${index}@example.com`,
  age: 25 + (index % 50),
  score: 85.5 + (index % 15),
});
