/** MikroORM: a fork of the entity manager for each call, as for each request; inserts in bulk by what its documentation has for that. */
import { defineEntity, p } from "@mikro-orm/core";

export const packages = ["@mikro-orm/core", "@mikro-orm/postgresql", "@mikro-orm/sqlite"];

const User = defineEntity({
  name: "User",
  tableName: "bench_users",
  properties: { id: p.integer().primary(), name: p.string(), email: p.string(), age: p.integer(), score: p.float() },
});
const Member = defineEntity({
  name: "Member",
  tableName: "bench_members",
  properties: {
    id: p.integer().primary(),
    name: p.string(),
    email: p.string(),
    age: p.integer(),
    isActive: p.boolean(),
    createdAt: p.datetime(),
  },
});
const Author = defineEntity({
  name: "Author",
  tableName: "bench_authors",
  properties: { id: p.integer().primary(), name: p.string(), posts: () => p.oneToMany(Post).mappedBy("author") },
});
const Tag = defineEntity({ name: "Tag", tableName: "bench_tags", properties: { id: p.integer().primary(), name: p.string() } });
const Post = defineEntity({
  name: "Post",
  tableName: "bench_posts",
  properties: {
    id: p.integer().primary(),
    title: p.string(),
    views: p.integer(),
    author: () => p.manyToOne(Author).fieldName("author_id"),
    tags: () => p.manyToMany(Tag).pivotTable("bench_post_tags").joinColumn("post_id").inverseJoinColumn("tag_id"),
  },
});
const Counter = defineEntity({
  name: "Counter",
  tableName: "bench_counters",
  properties: { key: p.string().primary(), hits: p.integer() },
});
const Document = defineEntity({
  name: "Document",
  tableName: "bench_documents",
  properties: { id: p.integer().primary(), data: p.json() },
});

const entities = [User, Member, Author, Tag, Post, Counter, Document];

const start = async (target) => {
  if (target.kind === "postgres") {
    const { MikroORM } = await import("@mikro-orm/postgresql");
    const { host, port, user, password, database, connections } = target;
    return MikroORM.init({
      host,
      port,
      user,
      password,
      dbName: database,
      entities,
      pool: { min: 1, max: connections },
      driverOptions: { options: "-c synchronous_commit=off" },
      ensureDatabase: false,
    });
  }
  const { MikroORM } = await import("@mikro-orm/sqlite");
  const orm = await MikroORM.init({ dbName: target.path, entities, ensureDatabase: false });
  for (const pragma of target.pragmas) await orm.em.getConnection().execute(pragma);
  return orm;
};

const open = async (target) => {
  const orm = await start(target);
  const fork = () => orm.em.fork();
  const keeper = fork();
  let fetched = null;
  const convert = () => {
    const em = fork();
    return fetched.map((row) => em.map(User, row));
  };
  return {
    byId: (id) => fork().findOne(User, id),
    insertOne: async (user) => {
      const em = fork();
      const created = em.create(User, { ...user });
      await em.persist(created).flush();
      return created.id;
    },
    readModifyWrite: (id, add) =>
      fork().transactional(async (em) => {
        const user = await em.findOneOrFail(User, id);
        user.score += add;
      }),
    models: () => fork().findAll(User),
    members: () => fork().findAll(Member),
    convert: () => {
      if (fetched !== null) return convert();
      return keeper
        .getConnection()
        .execute("SELECT id, name, email, age, score FROM bench_users")
        .then((rows) => {
          fetched = rows;
          return convert();
        });
    },
    column: async () => (await fork().findAll(User, { fields: ["email"] })).map(({ email }) => email),
    insertMany: (list) =>
      fork().insertMany(
        User,
        list.map((user) => ({ ...user })),
      ),
    insertLoop: (list) =>
      fork().transactional(async (em) => {
        for (const user of list) await em.insert(User, { ...user });
      }),
    eagerSelect: () => fork().findAll(Author, { populate: ["posts"], strategy: "select-in" }),
    eagerJoin: () => fork().findAll(Author, { populate: ["posts"], strategy: "joined" }),
    feed: (tag) =>
      fork().find(
        Post,
        { author: { $lt: 90 }, tags: { $some: { name: tag } } },
        { populate: ["author", "tags"], orderBy: [{ views: "desc" }, { id: "asc" }], limit: 20 },
      ),
    updateOne: (id, score) => fork().nativeUpdate(User, { id }, { score }),
    deleteOne: (id) => fork().nativeDelete(User, { id }),
    upsert: (counters) =>
      fork().upsertMany(
        Counter,
        counters.map((counter) => ({ ...counter })),
      ),
    documents: (kindOf) => fork().find(Document, { data: { kind: kindOf } }),
    keptQuery: (id) => keeper.createQueryBuilder(User).where({ id }),
    build: (id) => fork().createQueryBuilder(User).where({ id }).getQuery(),
    buildLonger: (least) =>
      fork()
        .createQueryBuilder(User)
        .where({ age: { $gt: least } })
        .orderBy({ score: "desc" })
        .limit(10)
        .getQuery(),
    close: () => orm.close(),
  };
};

export const contenders = async (kind) => {
  // Here, so that it counts as absent where the part for this database is not installed.
  await import(kind === "postgres" ? "@mikro-orm/postgresql" : "@mikro-orm/sqlite");
  return [{ id: "mikro-orm", name: "MikroORM", group: "orm", open }];
};
