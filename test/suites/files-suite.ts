/** Files and images on every database: stores, columns, and what a transaction does with them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  databaseStore,
  diskStore,
  file,
  FileDamaged,
  FileManager,
  FileNotFound,
  FilePiece,
  FileRecord,
  FileRefused,
  type FileStore,
  fileStoreChecks,
  sweepOrphans,
  UnsafeFileKey,
} from "../../src/entry/files.ts";
import { ConfigurationError, type Engine, int, Model, softDelete } from "../../src/entry/index.ts";
import type { EngineUnderTest } from "./session-suite.ts";

const pdf = (content: string): Uint8Array => new TextEncoder().encode(`%PDF-1.7\n${content}`);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const keysOf = async (store: FileStore): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  return keys.sort();
};

const modelFor = (store: FileStore) =>
  class Report extends Model("files_reports", {
    id: int().primaryKey(),
    document: file({ store, uploadTo: "reports", maxSize: "1KB", allowedExtensions: ["pdf", "txt"] }).nullable(),
    ...softDelete,
  }) {};

/** Runs `work` with an engine whose tables are there, and with each kind of store. */
const withStores =
  ({ open }: EngineUnderTest, work: (engine: Engine, store: FileStore) => Promise<void>) =>
  async (): Promise<void> => {
    const directory = mkdtempSync(join(tmpdir(), "petrel-files-"));
    try {
      for (const makeStore of [() => diskStore(directory), databaseStore]) {
        await using engine = await open();
        const store = makeStore(engine);
        await engine.createAll([FileRecord, FilePiece, modelFor(store)]);
        await work(engine, store);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  };

class Lost extends Error {}
const lose = (): never => {
  throw new Lost("on purpose");
};

export const filesSuite = ({ name, open }: EngineUnderTest): void => {
  for (const { name: what, check } of fileStoreChecks) {
    test(`${name}: a store in the database ${what}`, async () => {
      await using engine = await open();
      await engine.createAll([FileRecord, FilePiece]);
      await check(() => databaseStore(engine));
    });
  }

  test(
    `${name}: a row keeps what is known of a file, and gives its bytes back`,
    withStores({ name, open }, async (engine, store) => {
      const Report = modelFor(store);
      const files = FileManager.of(Report, "document");
      const body = pdf("total: 12");
      const id = await engine.transaction(async (tx) => {
        const document = await files.saveUpload({ name: "C:\\tmp\\Año.PDF", body }, { session: tx });
        return (await tx.insert(Report, { document })).id;
      });
      const report = await engine.query(Report).get({ id });
      const { document } = report;
      assert.ok(document !== null);
      assert.match(document.key, /^reports\/[0-9a-f-]{36}\.pdf$/);
      assert.deepEqual(
        { ...document, key: "" },
        { key: "", name: "Año.PDF", size: body.length, type: "application/pdf", sha256: createHash("sha256").update(body).digest("hex") },
      );
      assert.equal(text(await files.read(document)), "%PDF-1.7\ntotal: 12");
      assert.equal(await files.size(document), body.length);
      assert.equal(await engine.query(Report).filter({ document__type: "application/pdf" }).count(), 1);
    }),
  );

  test(
    `${name}: a file goes when its transaction does, and a savepoint's with the savepoint`,
    withStores({ name, open }, async (engine, store) => {
      const Report = modelFor(store);
      const files = FileManager.of(Report, "document");
      const save = (session: Parameters<Parameters<Engine["transaction"]>[0]>[0], content: string) =>
        files.saveUpload({ name: "a.txt", body: content }, { session });
      await assert.rejects(() => engine.transaction(async (tx) => (await save(tx, "lost"), lose())), Lost);
      const named = async (session: Parameters<typeof save>[0]) => files.write("reports/named.txt", "lost", { session });
      await assert.rejects(() => engine.transaction(async (tx) => (await named(tx), lose())), Lost);
      assert.deepEqual(await keysOf(store), []);
      const kept = await engine.transaction(async (tx) => {
        const outer = await save(tx, "outer");
        await assert.rejects(() => tx.transaction(async (inner) => (await save(inner, "inner"), lose())), Lost);
        const other = await tx.transaction((inner) => save(inner, "other"));
        return [outer.key, other.key];
      });
      assert.deepEqual(await keysOf(store), kept.sort());
    }),
  );

  test(
    `${name}: what is replaced or deleted is there until the transaction commits`,
    withStores({ name, open }, async (engine, store) => {
      const Report = modelFor(store);
      const files = FileManager.of(Report, "document");
      const old = await engine.transaction(async (session) => {
        const document = await files.saveUpload({ name: "a.txt", body: "old" }, { session });
        await session.insert(Report, { id: 1, document });
        return document;
      });
      const replace = async (fails: boolean): Promise<void> => {
        await engine.transaction(async (session) => {
          const report = await session.getOrThrow(Report, 1);
          report.document = await files.replace(report.document, { name: "b.txt", body: "new" }, { session });
          await session.flush();
          if (fails) lose();
        });
      };
      await assert.rejects(() => replace(true), Lost);
      assert.deepEqual(await keysOf(store), [old.key]);
      assert.equal(text(await files.read(old)), "old");
      await replace(false);
      const { document } = await engine.query(Report).get({ id: 1 });
      assert.deepEqual(await keysOf(store), [document!.key]);
      assert.equal(text(await files.read(document!)), "new");
      await engine.transaction(async (session) => {
        assert.equal(await files.delete(document!, { session }), true);
        await session.query(Report).filter({ id: 1 }).update({ document: null });
      });
      assert.deepEqual(await keysOf(store), []);
      assert.equal(await files.delete(document!), false);
    }),
  );

  test(
    `${name}: what may not come in leaves nothing behind`,
    withStores({ name, open }, async (engine, store) => {
      const Report = modelFor(store);
      const files = FileManager.of(Report, "document");
      let isClosed = false;
      const endless = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
        try {
          for (;;) yield new TextEncoder().encode("more ".repeat(100));
        } finally {
          isClosed = true;
        }
      };
      const attempts: readonly (readonly [string, Parameters<typeof files.saveUpload>[0], RegExp])[] = [
        ["too large", { name: "a.txt", body: "x".repeat(1025) }, /larger than the 1024 bytes/],
        ["endless", { name: "a.txt", body: endless() }, /larger than the 1024 bytes/],
        ["another extension", { name: "a.exe", body: "x" }, /not allowed here. Allowed are \.pdf, \.txt/],
        [
          "no extension and another kind",
          { name: "a", body: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82) },
          /not allowed here/,
        ],
        ["a text called pdf", { name: "a.pdf", body: "no" }, /content is not what its name says: it is called \.pdf/],
        [
          "a program called txt",
          { name: "a.txt", body: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0) },
          /content is not what its name says/,
        ],
        ["a pdf called txt", { name: "a.txt", body: pdf("") }, /is application\/pdf/],
      ];
      for (const [what, upload, message] of attempts) {
        await assert.rejects(
          () => engine.transaction((session) => files.saveUpload(upload, { session })),
          (error) => {
            assert.ok(error instanceof FileRefused, what);
            assert.match(error.message, message, what);
            return true;
          },
        );
      }
      assert.ok(isClosed, "the endless body was told to stop");
      await assert.rejects(() => files.saveUpload({ name: "a.txt", body: [1, 2] as never }), FileRefused);
      assert.deepEqual(await keysOf(store), []);
    }),
  );

  test(
    `${name}: a key that somebody else wrote into the row reads nothing outside of the column's folder`,
    withStores({ name, open }, async (_engine, store) => {
      const files = FileManager.of(modelFor(store), "document");
      await new FileManager(store).write("secrets/key.txt", "secret");
      const stored = { name: "a", size: 6, type: "text/plain", sha256: "" };
      for (const key of ["secrets/key.txt", "reports/../secrets/key.txt", "reportsx/a.txt"]) {
        await assert.rejects(() => files.read({ ...stored, key }), UnsafeFileKey);
        await assert.rejects(() => files.delete({ ...stored, key }), UnsafeFileKey);
      }
      assert.equal(text(await new FileManager(store).read("secrets/key.txt")), "secret");
    }),
  );

  test(
    `${name}: bytes that were changed are not given out`,
    withStores({ name, open }, async (_engine, store) => {
      const files = new FileManager(store, { uploadTo: "a/b" });
      const stored = await files.write("a/b/note.txt", "as it was");
      await files.write("a/b/note.txt", "as it is!");
      await assert.rejects(() => files.read(stored), FileDamaged);
      assert.equal(text(await files.read(stored.key)), "as it is!");
      await files.delete(stored);
      await assert.rejects(() => files.read(stored), FileNotFound);
      await assert.rejects(() => files.size(stored), FileNotFound);
      assert.equal(await files.exists(stored), false);
    }),
  );

  test(
    `${name}: a sweep deletes what no row names, and nothing that is young, named or another's`,
    withStores({ name, open }, async (engine, store) => {
      const Report = modelFor(store);
      const files = FileManager.of(Report, "document");
      const save = async (): Promise<string> => {
        const document = await files.saveUpload({ name: "a.txt", body: "x" });
        await engine.session().insert(Report, { document });
        return document.key;
      };
      const [live, deleted] = [await save(), await save()];
      const session = engine.session();
      await session.softDelete(await session.query(Report).filter({ document__key: deleted }).one());
      const orphan = (await files.saveUpload({ name: "a.txt", body: "orphan" })).key;
      await new FileManager(store).write("elsewhere.txt", "not a report");
      assert.deepEqual((await sweepOrphans(engine, [Report])).deleted, [], "all are young");
      await new Promise((resolve) => setTimeout(resolve, 5));
      const dry = await sweepOrphans(engine, [Report], { olderThan: 0, dryRun: true });
      assert.deepEqual(dry, { files: 3, deleted: [orphan], bytes: 6 });
      assert.equal((await keysOf(store)).length, 4);
      assert.deepEqual(await sweepOrphans(engine, [Report], { olderThan: 0 }), dry);
      assert.deepEqual(await keysOf(store), ["elsewhere.txt", live, deleted].sort());
      await assert.rejects(() => sweepOrphans(engine, [FileRecord]), ConfigurationError);
    }),
  );
};
