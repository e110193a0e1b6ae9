/** TypeORM: repositories, and the query builder where its documentation says so. */
import { DataSource, EntitySchema, In, LessThan } from "typeorm";

export const packages = ["typeorm"];

class User {}
class Member {}
class Author {}
class Post {}
class Tag {}
class Counter {}
class Document {}

const entitiesOf = (kind) => {
  const key = { type: "integer", primary: true, generated: true };
  const [text, real, json] = kind === "postgres" ? ["varchar", "real", "jsonb"] : ["text", "real", "simple-json"];
  const moment = kind === "postgres" ? "timestamptz" : "datetime";
  return [
    new EntitySchema({
      name: "User",
      target: User,
      tableName: "bench_users",
      columns: { id: key, name: { type: text }, email: { type: text }, age: { type: "integer" }, score: { type: real } },
    }),
    new EntitySchema({
      name: "Member",
      target: Member,
      tableName: "bench_members",
      columns: {
        id: key,
        name: { type: text },
        email: { type: text },
        age: { type: "integer" },
        isActive: { type: "boolean", name: "is_active" },
        createdAt: { type: moment, name: "created_at" },
      },
    }),
    new EntitySchema({
      name: "Author",
      target: Author,
      tableName: "bench_authors",
      columns: { id: key, name: { type: text } },
      relations: { posts: { type: "one-to-many", target: "Post", inverseSide: "author" } },
    }),
    new EntitySchema({
      name: "Post",
      target: Post,
      tableName: "bench_posts",
      columns: { id: key, authorId: { type: "integer", name: "author_id" }, title: { type: text }, views: { type: "integer" } },
      relations: {
        author: { type: "many-to-one", target: "Author", joinColumn: { name: "author_id" }, inverseSide: "posts" },
        tags: {
          type: "many-to-many",
          target: "Tag",
          joinTable: { name: "bench_post_tags", joinColumn: { name: "post_id" }, inverseJoinColumn: { name: "tag_id" } },
        },
      },
    }),
    new EntitySchema({ name: "Tag", target: Tag, tableName: "bench_tags", columns: { id: key, name: { type: text } } }),
    new EntitySchema({
      name: "Counter",
      target: Counter,
      tableName: "bench_counters",
      columns: { key: { type: text, primary: true }, hits: { type: "integer" } },
    }),
    new EntitySchema({ name: "Document", target: Document, tableName: "bench_documents", columns: { id: key, data: { type: json } } }),
  ];
};

const sourceOf = async (target) => {
  const entities = entitiesOf(target.kind);
  if (target.kind === "postgres") {
    const { poolOptions } = await import("./pg.mjs");
    const { host, port, user, password, database, connections } = target;
    return new DataSource({
      type: "postgres",
      host,
      port,
      username: user,
      password,
      database,
      entities,
      poolSize: connections,
      extra: poolOptions(target),
    });
  }
  const prepareDatabase = (database) => {
    for (const pragma of target.pragmas) database.exec(pragma);
  };
  return new DataSource({ type: "better-sqlite3", database: target.path, entities, prepareDatabase });
};

const open = async (target) => {
  const source = await sourceOf(target);
  await source.initialize();
  const [users, authors, posts, counters, documents] = [User, Author, Post, Counter, Document].map((entity) =>
    source.getRepository(entity),
  );
  const insertMany = (list) =>
    source.transaction(async (manager) => {
      for (let start = 0; start < list.length; start += 5000)
        await manager.insert(
          User,
          list.slice(start, start + 5000).map((user) => ({ ...user })),
        );
    });
  return {
    byId: (id) => users.findOneBy({ id }),
    insertOne: async (user) => (await users.insert({ ...user })).identifiers[0].id,
    readModifyWrite: (id, add) =>
      source.transaction(async (manager) => {
        const user = await manager.findOneByOrFail(User, { id });
        user.score += add;
        await manager.save(user);
      }),
    models: () => users.find(),
    members: () => source.getRepository(Member).find(),
    column: async () => (await users.find({ select: { email: true } })).map(({ email }) => email),
    insertMany,
    insertLoop: (list) =>
      source.transaction(async (manager) => {
        for (const user of list) await manager.insert(User, { ...user });
      }),
    eagerSelect: () => authors.find({ relations: { posts: true }, relationLoadStrategy: "query" }),
    eagerJoin: () => authors.find({ relations: { posts: true }, relationLoadStrategy: "join" }),
    feed: async (tag) => {
      const found = await posts
        .createQueryBuilder("post")
        .select("post.id", "id")
        .innerJoin("post.tags", "tag")
        .where("post.authorId < :below AND tag.name = :tag", { below: 90, tag })
        .orderBy("post.views", "DESC")
        .addOrderBy("post.id")
        .limit(20)
        .getRawMany();
      return posts.find({
        where: { id: In(found.map(({ id }) => id)), authorId: LessThan(90) },
        relations: { author: true, tags: true },
        order: { views: "DESC", id: "ASC" },
      });
    },
    totals: (least) =>
      users
        .createQueryBuilder("user")
        .select("user.age", "age")
        .addSelect("count(*)", "people")
        .addSelect("sum(user.score)", "total")
        .addSelect("avg(user.score)", "mean")
        .groupBy("user.age")
        .having("count(*) > :least", { least })
        .orderBy("user.age")
        .getRawMany(),
    updateOne: (id, score) => users.update({ id }, { score }),
    deleteOne: (id) => users.delete({ id }),
    upsert: (list) =>
      counters.upsert(
        list.map((counter) => ({ ...counter })),
        ["key"],
      ),
    documents: (kindOf) => documents.createQueryBuilder("document").where("document.data->>'kind' = :kindOf", { kindOf }).getMany(),
    keptQuery: (id) => users.createQueryBuilder("user").where("user.id = :id", { id }),
    build: (id) => users.createQueryBuilder("user").where("user.id = :id", { id }).getQuery(),
    buildLonger: (least) =>
      users.createQueryBuilder("user").where("user.age > :least", { least }).orderBy("user.score", "DESC").limit(10).getQuery(),
    close: () => source.destroy(),
  };
};

export const contenders = () => [{ id: "typeorm", name: "TypeORM", group: "orm", open }];
