/** pg by named statements, which the server prepares once. */
import { Client, Pool } from "pg";

export const connect = async (url) => {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
};

export const open = async (url, connections, texts, arraysOf) => {
  const pool = new Pool({ connectionString: url, options: "-c synchronous_commit=off", max: connections });
  const client = connections === 1 ? await pool.connect() : pool;
  const run = (on, name, values) => on.query({ name, text: texts[name], values });
  const changeAge = async (id, change) => {
    const on = connections === 1 ? client : await pool.connect();
    try {
      await on.query("BEGIN");
      const { rows } = await run(on, "selectById", [id]);
      await run(on, "updateAge", [change(rows[0].age), id]);
      await on.query("COMMIT");
    } finally {
      if (on !== client) on.release();
    }
  };
  return [
    {
      name: connections === 1 ? "pg" : "pg pool",
      byId: (id) => run(client, "selectById", [id]).then(({ rows }) => rows[0]),
      all: () => run(client, "selectAll", []).then(({ rows }) => rows),
      changeAge,
      insert: (user) =>
        run(client, "insertOne", [user.name, user.email, user.age, user.isActive, user.createdAt]).then(({ rows }) => rows[0].id),
      insertAll: (users) => run(client, "insertMany", arraysOf(users)).then(({ rows }) => rows.map((row) => row.id)),
      close: async () => {
        if (client !== pool) client.release();
        await pool.end();
      },
    },
  ];
};
