/** Source texts of projects made to be type-checked: how much a kind of query costs is a difference of two of them. */

export type Project = Readonly<Record<string, string>>;

export const project = JSON.stringify({
  extends: "../../../tsconfig.json",
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
  include: ["*.ts"],
  exclude: [],
});

const source = "../../../src/entry/index.ts";

const models = (from: string): string => `import { belongsTo, bool, hasMany, int, json, Model, oneOf, text, timestamps } from "${from}";
export class User extends Model("users", {
  id: int().primaryKey(),
  name: text({ maxLength: 100 }),
  email: text().unique(),
  age: int().nullable(),
  role: oneOf("admin", "member").default("member"),
  vip: bool().default(false),
  preferences: json<{ theme: "dark" | "light" }>().nullable(),
  ...timestamps,
  posts: () => hasMany(Post, "authorId"),
}) {
  get isAdult() { return (this.age ?? 0) >= 18; }
}
export class Post extends Model("posts", {
  id: int().primaryKey(),
  title: text(),
  views: int().default(0),
  authorId: int(),
  ...timestamps,
  author: () => belongsTo(User, "authorId"),
}) {}
`;

const use = (from: string, ending: string, body: string, imports = ""): string =>
  `import { createEngine${imports} } from "${from}";
import { Post, User } from "./models${ending}";
const engine = await createEngine("sqlite::memory:");
export const users = engine.query(User);
export const posts = engine.query(Post);
${body}`;

/** Two models, an engine and two queries without a verb: what everything else is compared with. */
export const baseline = (from = source, ending = ".ts"): Project => ({ "models.ts": models(from), "use.ts": use(from, ending, "") });

const queries: Readonly<Record<string, readonly [body: string, imports?: string]>> = {
  "filter by own columns": ['export const found = await users.filter({ age__gte: 18, name__icontains: "a", role: "admin" }).all();'],
  "filter through a relation": ['export const found = await posts.filter({ author__name__startsWith: "A", author__age__lt: 9 }).all();'],
  "filter into a document": ['export const found = await users.filter({ preferences__theme: "dark" }).all();'],
  "filter with Q": ["export const found = await users.filter(Q({ age__gt: 65 }).or({ vip: true })).all();", ", Q"],
  "where with expressions": [
    "export const found = await users.where((user) => user.age.gte(18).or(user.posts.some((post) => post.views.gt(9)))).all();",
  ],
  "order and limit": ['export const found = await posts.orderBy("-author.name", "title").limit(10).offset(20).all();'],
  values: ['export const found = await posts.values("id", "title", "author.name");'],
  valuesList: ['export const found = await posts.valuesList("id", "author.name");'],
  only: ['export const found = await users.only("id", "name").all();'],
  select: ["export const found = await posts.select((post) => ({ title: post.title, author: post.author.name.upper() })).all();"],
  "annotate and filter": [
    'export const found = await users.annotate({ n: count("posts") }).filter({ n__gte: 10 }).orderBy("-n").all();',
    ", count",
  ],
  "group and having": [
    'export const found = await users.groupBy("role").annotate({ people: count(), mean: avg("age") }).having({ people__gt: 5 }).all();',
    ", avg, count",
  ],
  update: ['export const found = await posts.filter({ id: 1 }).update({ views: F("views").plus(1), title: "x" });', ", F"],
  insert: ['const session = engine.session();\nexport const found = await session.insert(User, { name: "A", email: "a@example.com" });'],
};

/** One project per kind of query: the baseline and that query. */
export const kinds = (): Readonly<Record<string, Project>> =>
  Object.fromEntries(
    Object.entries(queries).map(([name, [body, imports]]) => [
      name,
      { "models.ts": models(source), "use.ts": use(source, ".ts", body, imports) },
    ]),
  );

const perFile = 10;

const largeModel = (index: number, total: number): string => {
  const next = (step: number): number => (index + step) % total;
  return `export class Model${index} extends Model("table_${index}", {
  id: int().primaryKey(),
  name: text({ maxLength: 100 }),
  code: text().unique(),
  amount: int().nullable(),
  total: float(),
  state: oneOf("new", "open", "closed").default("new"),
  active: bool().default(true),
  details: json<{ note: string; level: number }>().nullable(),
  parentId: int().nullable(),
  ownerId: int(),
  ...timestamps,
  parent: () => belongsTo(Model${next(1)}, "parentId"),
  owner: () => belongsTo(Model${next(7)}, "ownerId"),
  children: () => hasMany(Model${next(total - 1)}, "parentId"),
  owned: () => hasMany(Model${next(total > 7 ? total - 7 : 1)}, "ownerId"),
}) {}
`;
};

const fileOf = (index: number): number => Math.floor(index / perFile);

const largeModels = (file: number, total: number, from: string, ending: string): string => {
  const own = Array.from({ length: total }, (_, index) => index).filter((index) => fileOf(index) === file);
  const wanted = own.flatMap((index) => [1, 7, total - 1, total > 7 ? total - 7 : 1].map((step) => (index + step) % total));
  const files = [...new Set(wanted.map(fileOf))].filter((other) => other !== file);
  const imports = files.map((other) => {
    const names = [...new Set(wanted)].filter((index) => fileOf(index) === other).map((index) => `Model${index}`);
    return `import { ${names.join(", ")} } from "./models${other}${ending}";\n`;
  });
  const head = `import { belongsTo, bool, float, hasMany, int, json, Model, oneOf, text, timestamps } from "${from}";\n`;
  return head + imports.join("") + own.map((index) => largeModel(index, total)).join("");
};

const largeQuery = (index: number, total: number): string => {
  const model = `Model${index % total}`;
  const forms = [
    `engine.query(${model}).filter({ amount__gte: ${index}, name__icontains: "a" }).orderBy("-createdAt").limit(10).all()`,
    `engine.query(${model}).filter({ owner__name__startsWith: "A", parent__owner__state: "open" }).all()`,
    `engine.query(${model}).values("id", "name", "owner.name")`,
    `engine.query(${model}).annotate({ n: count("children") }).filter({ n__gt: 3 }).all()`,
    `engine.query(${model}).where((row) => row.amount.gt(${index}).and(row.owner.name.eq("A"))).only("id", "code").all()`,
  ];
  return `export const query${index} = await ${forms[index % forms.length]};\n`;
};

/** Models in files of ten that import each other in circles, and files of fifty queries. */
export const generatedProject = (modelCount: number, queryCount: number, from = source, ending = ".ts"): Project => {
  const files: Record<string, string> = {};
  for (let file = 0; file * perFile < modelCount; file++) files[`models${file}.ts`] = largeModels(file, modelCount, from, ending);
  for (let file = 0; file * 50 < queryCount; file++) {
    const indexes = Array.from({ length: Math.min(50, queryCount - file * 50) }, (_, index) => file * 50 + index);
    const names = [...new Set(indexes.map((index) => index % modelCount))];
    const imports = [...new Set(names.map(fileOf))].map(
      (other) =>
        `import { ${names
          .filter((index) => fileOf(index) === other)
          .map((index) => `Model${index}`)
          .join(", ")} } from "./models${other}${ending}";\n`,
    );
    files[`queries${file}.ts`] =
      `import { count, createEngine } from "${from}";\n${imports.join("")}const engine = await createEngine("sqlite::memory:");\n` +
      indexes.map((index) => largeQuery(index, modelCount)).join("");
  }
  return files;
};
