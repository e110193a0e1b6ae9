/** postgres.js by tagged templates, which it prepares by itself. */
import postgres from "postgres";

export const open = async (url, connections) => {
  const parsed = new URL(url);
  const socket = parsed.searchParams.get("host");
  const where = socket === null ? { host: parsed.hostname, port: Number(parsed.port || 5432) } : { path: `${socket}/.s.PGSQL.5432` };
  const sql = postgres({
    ...where,
    database: parsed.pathname.slice(1),
    username: decodeURIComponent(parsed.username) || undefined,
    password: decodeURIComponent(parsed.password) || undefined,
    max: connections,
    connection: { synchronous_commit: "off" },
    onnotice: () => {},
  });
  const table = sql("petrel_bench_users");
  return [
    {
      name: connections === 1 ? "postgres.js" : "postgres.js pool",
      byId: async (id) => (await sql`SELECT id, name, email, age, is_active, created_at FROM ${table} WHERE id = ${id}`)[0],
      all: () => sql`SELECT id, name, email, age, is_active, created_at FROM ${table}`,
      changeAge: (id, change) =>
        sql.begin(async (inner) => {
          const [user] = await inner`SELECT id, name, email, age, is_active, created_at FROM ${table} WHERE id = ${id}`;
          await inner`UPDATE ${table} SET age = ${change(user.age)} WHERE id = ${id}`;
        }),
      insert: async ({ name, email, age, isActive, createdAt }) => {
        const [row] = await sql`INSERT INTO ${table} (name, email, age, is_active, created_at)
          VALUES (${name}, ${email}, ${age}, ${isActive}, ${createdAt}) RETURNING id`;
        return row.id;
      },
      insertAll: async (users) => {
        const rows = users.map(({ name, email, age, isActive, createdAt }) => ({
          name,
          email,
          age,
          is_active: isActive,
          created_at: createdAt,
        }));
        return (await sql`INSERT INTO ${table} ${sql(rows)} RETURNING id`).map((row) => row.id);
      },
      close: () => sql.end(),
    },
  ];
};
