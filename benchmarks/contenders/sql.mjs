/** What the bare drivers run on PostgreSQL, as someone writes it who knows PostgreSQL; and putting rows together by hand. */
const users = "id, name, email, age, score";

export const rawTexts = {
  byId: `SELECT ${users} FROM bench_users WHERE id = $1`,
  scoreOf: "SELECT score FROM bench_users WHERE id = $1",
  insertOne: "INSERT INTO bench_users (name, email, age, score) VALUES ($1, $2, $3, $4) RETURNING id",
  all: `SELECT ${users} FROM bench_users`,
  members: `SELECT id, name, email, age, is_active AS "isActive", created_at AS "createdAt" FROM bench_members`,
  emails: "SELECT email FROM bench_users",
  authors: "SELECT id, name FROM bench_authors",
  postsOf: "SELECT id, author_id, title, views FROM bench_posts WHERE author_id = ANY($1)",
  joined:
    "SELECT a.id AS author_id, a.name, p.id, p.title, p.views FROM bench_authors a LEFT JOIN bench_posts p ON p.author_id = a.id ORDER BY a.id",
  // One statement that gives the graph: the database puts it together as JSON.
  feed: `SELECT p.id, p.title, p.views, json_build_object('name', a.name) AS author,
    (SELECT json_agg(json_build_object('name', t.name)) FROM bench_post_tags pt JOIN bench_tags t ON t.id = pt.tag_id WHERE pt.post_id = p.id) AS tags
    FROM bench_posts p JOIN bench_authors a ON a.id = p.author_id
    WHERE p.author_id < 90 AND EXISTS (SELECT 1 FROM bench_post_tags pt JOIN bench_tags t ON t.id = pt.tag_id WHERE pt.post_id = p.id AND t.name = $1)
    ORDER BY p.views DESC, p.id LIMIT 20`,
  totals:
    "SELECT age, count(*)::int AS people, sum(score) AS total, avg(score) AS mean FROM bench_users GROUP BY age HAVING count(*) > $1 ORDER BY age",
  updateOne: "UPDATE bench_users SET score = $1 WHERE id = $2",
  deleteOne: "DELETE FROM bench_users WHERE id = $1",
  upsert:
    "INSERT INTO bench_counters (key, hits) SELECT * FROM unnest($1::text[], $2::int[]) ON CONFLICT (key) DO UPDATE SET hits = excluded.hits",
  documents: "SELECT id, data FROM bench_documents WHERE data->>'kind' = $1",
};

export const insertManyText =
  "INSERT INTO bench_users (name, email, age, score) SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::real[]) RETURNING id";

export const userArrays = (list) => [
  list.map(({ name }) => name),
  list.map(({ email }) => email),
  list.map(({ age }) => age),
  list.map(({ score }) => score),
];

export const insertLoop = async (list, insert) => {
  for (const { name, email, age, score } of list) await insert([name, email, age, score]);
};

/** A class of one's own, filled by hand. */
class User {
  constructor([id, name, email, age, score]) {
    this.id = id;
    this.name = name;
    this.email = email;
    this.age = age;
    this.score = score;
  }
}

/** `convert` by hand: the first call fetches the rows. */
export const converterOf = (tuples) => {
  let rows = null;
  const convert = () => rows.map((row) => new User(row));
  return () => {
    if (rows !== null) return convert();
    return Promise.resolve(tuples()).then((found) => {
      rows = found;
      return convert();
    });
  };
};

/** Posts of a statement of their own. */
export const groupPosts = (authors, posts) => {
  const byAuthor = new Map();
  for (const author of authors) {
    author.posts = [];
    byAuthor.set(author.id, author);
  }
  for (const post of posts) byAuthor.get(post.author_id).posts.push(post);
  return authors;
};

/** Rows of the join above. */
export const groupJoined = (rows) => {
  const authors = [];
  let last = null;
  for (const { author_id: id, name, ...post } of rows) {
    if (last === null || last.id !== id) authors.push((last = { id, name, posts: [] }));
    if (post.id !== null) last.posts.push(post);
  }
  return authors;
};
