/** pg: named statements, which the server prepares once; and the same with its pipeline. */
import { Pool } from "pg";
import { converterOf, groupJoined, groupPosts, insertLoop, insertManyText, rawTexts, userArrays } from "./sql.mjs";

export const packages = ["pg"];

export const poolOptions = ({ host, port, user, password, database, connections }, more = {}) => ({
  host,
  port,
  user,
  password,
  database,
  max: connections,
  options: "-c synchronous_commit=off",
  ...more,
});

const open = async (target, more) => {
  const pool = new Pool(poolOptions(target, more));
  // One connection for one thing after another, without the pool's work; the pool for many at once.
  const client = target.connections === 1 ? await pool.connect() : pool;
  const run = (name, values, on = client) => on.query({ name, text: rawTexts[name], values });
  const rows = (name, values, on) => run(name, values, on).then((result) => result.rows);
  const inTransaction = async (work) => {
    const on = client === pool ? await pool.connect() : client;
    try {
      await on.query("BEGIN");
      const result = await work(on);
      await on.query("COMMIT");
      return result;
    } catch (error) {
      await on.query("ROLLBACK");
      throw error;
    } finally {
      if (on !== client) on.release();
    }
  };
  const tuples = () => client.query({ name: "tuples", text: rawTexts.all, rowMode: "array" }).then((result) => result.rows);
  return {
    byId: (id) => rows("byId", [id]).then((found) => found[0]),
    insertOne: ({ name, email, age, score }) => rows("insertOne", [name, email, age, score]).then((found) => found[0].id),
    readModifyWrite: (id, add) =>
      inTransaction(async (on) => {
        const [{ score }] = await rows("scoreOf", [id], on);
        await run("updateOne", [score + add, id], on);
      }),
    models: () => rows("all", []),
    members: () => rows("members", []),
    tuples,
    convert: converterOf(tuples),
    column: () =>
      client.query({ name: "emails", text: rawTexts.emails, rowMode: "array" }).then((result) => result.rows.map((row) => row[0])),
    insertMany: (users) => client.query({ name: "insertMany", text: insertManyText, values: userArrays(users) }),
    insertLoop: (users) => inTransaction((on) => insertLoop(users, (values) => run("insertOne", values, on))),
    eagerSelect: async () => {
      const authors = await rows("authors", []);
      return groupPosts(authors, await rows("postsOf", [authors.map(({ id }) => id)]));
    },
    eagerJoin: async () => groupJoined(await rows("joined", [])),
    feed: (tag) => rows("feed", [tag]),
    totals: (least) => rows("totals", [least]),
    updateOne: (id, score) => run("updateOne", [score, id]),
    deleteOne: (id) => run("deleteOne", [id]),
    upsert: (counters) => run("upsert", [counters.map(({ key }) => key), counters.map(({ hits }) => hits)]),
    documents: (kind) => rows("documents", [kind]),
    acquire: async () => (await pool.connect()).release(),
    close: async () => {
      if (client !== pool) client.release();
      await pool.end();
    },
  };
};

export const contenders = () => [
  { id: "pg", name: "pg", group: "driver", open: (target) => open(target, {}) },
  { id: "pg-pipeline", name: "pg (pipeline)", group: "driver", open: (target) => open(target, { pipeline: true }) },
];
