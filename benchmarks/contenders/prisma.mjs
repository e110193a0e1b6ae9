/** Prisma with its driver adapters. Its client is generated: `npm run bench` does it (`prisma-setup.mjs`), and without it Prisma is absent. */
import { existsSync } from "node:fs";

export const packages = ["@prisma/client", "@prisma/adapter-pg", "@prisma/adapter-better-sqlite3"];

const clientOf = async (kind) => {
  const generated = new URL(`../prisma/generated-${kind}/client.ts`, import.meta.url);
  if (!existsSync(generated)) throw new Error("its client is not generated: node benchmarks/prisma-setup.mjs says why");
  return (await import(generated.href)).PrismaClient;
};

const adapterOf = async (target) => {
  if (target.kind === "postgres") {
    const [{ PrismaPg }, { poolOptions }] = await Promise.all([import("@prisma/adapter-pg"), import("./pg.mjs")]);
    return new PrismaPg(poolOptions(target));
  }
  const { PrismaBetterSqlite3 } = await import("@prisma/adapter-better-sqlite3");
  return new PrismaBetterSqlite3({ url: `file:${target.path}` });
};

/** Its calls give promises of its own kind, which run when they are awaited. */
const awaited = (operations) =>
  Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, async (...args) => await operation(...args)]));

const open = async (target) => {
  const PrismaClient = await clientOf(target.kind);
  const prisma = new PrismaClient({ adapter: await adapterOf(target) });
  await prisma.$connect();
  if (target.kind === "sqlite") for (const pragma of target.pragmas) await prisma.$queryRawUnsafe(pragma);
  const chunks = (list, most) =>
    Array.from({ length: Math.ceil(list.length / most) }, (_, index) => list.slice(index * most, (index + 1) * most));
  return awaited({
    byId: (id) => prisma.user.findUnique({ where: { id } }),
    insertOne: async (user) => (await prisma.user.create({ data: user, select: { id: true } })).id,
    readModifyWrite: (id, add) =>
      prisma.$transaction(async (tx) => {
        const { score } = await tx.user.findUniqueOrThrow({ where: { id }, select: { score: true } });
        await tx.user.update({ where: { id }, data: { score: score + add } });
      }),
    models: () => prisma.user.findMany(),
    column: async () => (await prisma.user.findMany({ select: { email: true } })).map(({ email }) => email),
    insertMany: (list) =>
      prisma.$transaction(chunks(list, 5000).map((data) => prisma.user.createManyAndReturn({ data, select: { id: true } }))),
    insertLoop: (list) =>
      prisma.$transaction(async (tx) => {
        for (const data of list) await tx.user.create({ data, select: { id: true } });
      }),
    eagerSelect: () => prisma.author.findMany({ include: { posts: { omit: { authorId: true } } } }),
    feed: async (tag) => {
      const found = await prisma.post.findMany({
        where: { authorId: { lt: 90 }, links: { some: { tag: { name: tag } } } },
        include: { author: { select: { name: true } }, links: { select: { tag: { select: { name: true } } } } },
        orderBy: [{ views: "desc" }, { id: "asc" }],
        take: 20,
      });
      return found.map(({ links, ...post }) => ({ ...post, tags: links.map((link) => link.tag) }));
    },
    totals: async (least) => {
      const found = await prisma.user.groupBy({
        by: ["age"],
        _count: { _all: true },
        _sum: { score: true },
        _avg: { score: true },
        having: { age: { _count: { gt: least } } },
        orderBy: { age: "asc" },
      });
      return found.map(({ age, _count, _sum, _avg }) => ({ age, people: _count["_all"], total: _sum.score, mean: _avg.score }));
    },
    updateOne: (id, score) => prisma.user.update({ where: { id }, data: { score }, select: { id: true } }),
    deleteOne: (id) => prisma.user.delete({ where: { id }, select: { id: true } }),
    upsert: (counters) =>
      prisma.$transaction(
        counters.map(({ key, hits }) => prisma.counter.upsert({ where: { key }, create: { key, hits }, update: { hits } })),
      ),
    ...(target.kind === "postgres"
      ? { documents: (kind) => prisma.document.findMany({ where: { data: { path: ["kind"], equals: kind } } }) }
      : {}),
    close: () => prisma.$disconnect(),
  });
};

export const contenders = async (kind) => {
  await clientOf(kind);
  return [{ id: "prisma", name: "Prisma", group: "orm", open }];
};
