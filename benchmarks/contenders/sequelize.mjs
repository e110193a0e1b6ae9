/** Sequelize, with its instances; `raw: true` where its documentation recommends it is a contender of its own. */
import { DataTypes, literal, Op, Sequelize } from "sequelize";

export const packages = ["sequelize", "sqlite3"];

const start = async (target) => {
  if (target.kind === "postgres") {
    const { host, port, user, password, database, connections } = target;
    return new Sequelize(database, user, password, {
      host,
      port,
      dialect: "postgres",
      logging: false,
      pool: { min: connections === 1 ? 1 : 0, max: connections, idle: 60_000, evict: 60_000 },
      dialectOptions: { options: "-c synchronous_commit=off" },
    });
  }
  const { default: sqlite3 } = await import("sqlite3");
  const sequelize = new Sequelize({ dialect: "sqlite", dialectModule: sqlite3, storage: target.path, logging: false });
  for (const pragma of target.pragmas) await sequelize.query(pragma);
  return sequelize;
};

const open = (raw) => async (target) => {
  const sequelize = await start(target);
  const options = { timestamps: false, freezeTableName: true };
  const key = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true };
  const [text, integer, real] = [DataTypes.STRING, DataTypes.INTEGER, DataTypes.REAL];
  const User = sequelize.define("bench_users", { id: key, name: text, email: text, age: integer, score: real }, options);
  const Member = sequelize.define(
    "bench_members",
    {
      id: key,
      name: text,
      email: text,
      age: integer,
      isActive: { type: DataTypes.BOOLEAN, field: "is_active" },
      createdAt: { type: DataTypes.DATE, field: "created_at" },
    },
    options,
  );
  const Author = sequelize.define("bench_authors", { id: key, name: text }, options);
  const Post = sequelize.define(
    "bench_posts",
    { id: key, authorId: { type: integer, field: "author_id" }, title: text, views: integer },
    options,
  );
  const Tag = sequelize.define("bench_tags", { id: key, name: text }, options);
  const PostTag = sequelize.define(
    "bench_post_tags",
    { postId: { type: integer, field: "post_id" }, tagId: { type: integer, field: "tag_id" } },
    options,
  );
  const Counter = sequelize.define("bench_counters", { key: { type: text, primaryKey: true }, hits: integer }, options);
  const Document = sequelize.define(
    "bench_documents",
    { id: key, data: target.kind === "postgres" ? DataTypes.JSONB : DataTypes.JSON },
    options,
  );
  Author.hasMany(Post, { as: "posts", foreignKey: "authorId" });
  Post.belongsTo(Author, { as: "author", foreignKey: "authorId" });
  Post.belongsToMany(Tag, { as: "tags", through: PostTag, foreignKey: "postId", otherKey: "tagId" });
  let fetched = null;
  const convert = () => User.bulkBuild(fetched, { raw: true, isNewRecord: false });
  if (raw) {
    return {
      byId: (id) => User.findByPk(id, { raw }),
      models: () => User.findAll({ raw }),
      documents: (kind) => Document.findAll({ where: { "data.kind": kind }, raw }),
      close: () => sequelize.close(),
    };
  }
  return {
    byId: (id) => User.findByPk(id),
    insertOne: async (user) => (await User.create(user)).id,
    readModifyWrite: (id, add) =>
      sequelize.transaction(async (transaction) => {
        const user = await User.findByPk(id, { transaction });
        await user.update({ score: user.score + add }, { transaction });
      }),
    models: () => User.findAll(),
    // Its dates on SQLite stay texts unless the column is declared DATETIME, and these are TEXT for everybody.
    members: target.kind === "postgres" ? () => Member.findAll() : undefined,
    convert: () => {
      if (fetched !== null) return convert();
      return User.findAll({ raw: true }).then((rows) => {
        fetched = rows;
        return convert();
      });
    },
    column: async () => (await User.findAll({ attributes: ["email"], raw: true })).map(({ email }) => email),
    insertMany: (list) => sequelize.transaction((transaction) => User.bulkCreate(list, { transaction })),
    insertLoop: (list) =>
      sequelize.transaction(async (transaction) => {
        for (const user of list) await User.create(user, { transaction });
      }),
    eagerSelect: () => Author.findAll({ include: [{ association: "posts", separate: true }] }),
    eagerJoin: () => Author.findAll({ include: ["posts"] }),
    feed: (tag) =>
      Post.findAll({
        where: {
          authorId: { [Op.lt]: 90 },
          id: {
            [Op.in]: literal(
              `(SELECT pt.post_id FROM bench_post_tags pt JOIN bench_tags t ON t.id = pt.tag_id WHERE t.name = ${sequelize.escape(tag)})`,
            ),
          },
        },
        include: ["author", "tags"],
        order: [
          ["views", "DESC"],
          ["id", "ASC"],
        ],
        limit: 20,
      }),
    totals: (least) =>
      User.findAll({
        attributes: ["age", [literal("count(*)"), "people"], [literal("sum(score)"), "total"], [literal("avg(score)"), "mean"]],
        group: ["age"],
        having: literal(`count(*) > ${Number(least)}`),
        order: ["age"],
        raw: true,
      }),
    updateOne: (id, score) => User.update({ score }, { where: { id } }),
    deleteOne: (id) => User.destroy({ where: { id } }),
    upsert: (counters) => Counter.bulkCreate(counters, { updateOnDuplicate: ["hits"] }),
    documents: (kind) => Document.findAll({ where: { "data.kind": kind } }),
    build: (id) => sequelize.getQueryInterface().queryGenerator.selectQuery("bench_users", { where: { id } }, User),
    buildLonger: (least) =>
      sequelize.getQueryInterface().queryGenerator.selectQuery(
        "bench_users",
        {
          where: { age: { [Op.gt]: least } },
          order: [["score", "DESC"]],
          limit: 10,
        },
        User,
      ),
    close: () => sequelize.close(),
  };
};

export const contenders = async (kind) => {
  // Here, so that it counts as absent where the driver for this database is not installed.
  await import(kind === "postgres" ? "pg" : "sqlite3");
  return [
    { id: "sequelize", name: "Sequelize", group: "orm", open: open(false) },
    { id: "sequelize-raw", name: "Sequelize (raw)", group: "orm", open: open(true) },
  ];
};
