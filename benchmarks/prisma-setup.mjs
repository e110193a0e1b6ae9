/**
 * Generates Prisma's clients for the benchmarks: `node benchmarks/prisma-setup.mjs`, which `npm run bench` calls when they are missing.
 * With a driver adapter Prisma needs no engine of its own, and none is fetched. Its schema engine is for migrations only: any program that
 * ends well stands in for it.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "prisma");

const models = (isPostgres) => `
model User {
  id    Int    @id @default(autoincrement())
  name  String
  email String
  age   Int
  score Float${isPostgres ? " @db.Real" : ""}
  @@map("bench_users")
}
model Author {
  id    Int    @id @default(autoincrement())
  name  String
  posts Post[]
  @@map("bench_authors")
}
model Post {
  id       Int       @id @default(autoincrement())
  authorId Int       @map("author_id")
  title    String
  views    Int
  author   Author    @relation(fields: [authorId], references: [id])
  links    PostTag[]
  @@map("bench_posts")
}
model Tag {
  id    Int       @id @default(autoincrement())
  name  String
  links PostTag[]
  @@map("bench_tags")
}
model PostTag {
  postId Int  @map("post_id")
  tagId  Int  @map("tag_id")
  post   Post @relation(fields: [postId], references: [id])
  tag    Tag  @relation(fields: [tagId], references: [id])
  @@id([postId, tagId])
  @@map("bench_post_tags")
}
model Counter {
  key  String @id
  hits Int
  @@map("bench_counters")
}
model Document {
  id   Int  @id @default(autoincrement())
  data Json
  @@map("bench_documents")
}
`;

mkdirSync(folder, { recursive: true });
for (const [kind, provider] of [
  ["postgres", "postgresql"],
  ["sqlite", "sqlite"],
]) {
  const schema = join(folder, `${kind}.prisma`);
  writeFileSync(
    schema,
    `generator client {
  provider = "prisma-client"
  output   = "./generated-${kind}"
  runtime  = "nodejs"
  moduleFormat = "esm"
  importFileExtension = "ts"
}
datasource db {
  provider = "${provider}"
}
${models(kind === "postgres")}`,
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(here, "node_modules", "prisma", "build", "index.js"), "generate", "--schema", schema],
    {
      cwd: here,
      encoding: "utf8",
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1", CHECKPOINT_DISABLE: "1" },
    },
  );
  if (status !== 0) console.error(`Prisma's client for ${provider} could not be generated:\n${stdout}${stderr}`);
  else console.log(`Prisma's client for ${provider}: generated`);
}
