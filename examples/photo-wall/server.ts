/**
 * Pictures that people send, on a wall: POST /photos takes one (its bytes as the body, its name in `x-file-name`), GET / shows them.
 *
 *     node examples/photo-wall/server.ts 8080
 */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { pipeline } from "node:stream/promises";
import { createEngine, type Engine, int, isPetrelError, Model, timestamps } from "../../src/entry/index.ts";
import { diskStore, downloadHeaders, FileManager, type FileStore, image, type StoredFile } from "../../src/entry/files.ts";

const photoModel = (store: FileStore) =>
  class Photo extends Model("photos", {
    id: int().primaryKey(),
    picture: image({
      store,
      uploadTo: "photos/",
      maxSize: "5MB",
      resizeTo: { width: 1600, height: 1600 },
      createThumbnail: true,
      thumbnailSize: 240,
    }),
    ...timestamps,
  }) {};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);

/** A server for one wall, which does not listen yet. */
export const photoWall = async (engine: Engine, directory: string): Promise<Server> => {
  const Photo = photoModel(diskStore(directory));
  const files = FileManager.of(Photo, "picture");
  await engine.createAll([Photo]);

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = decodeURIComponent(String(request.headers["x-file-name"] ?? ""));
    const { id } = await engine.transaction(async (session) => {
      const picture = await files.saveUpload({ name, body: request }, { session });
      return session.insert(Photo, { picture });
    });
    response.writeHead(201, { location: `/photos/${id}` }).end();
  };

  const give = async (stored: StoredFile, response: ServerResponse): Promise<void> => {
    response.writeHead(200, downloadHeaders(stored, { inline: true }));
    await pipeline(files.stream(stored), response);
  };

  const wall = async (response: ServerResponse): Promise<void> => {
    const photos = await engine.query(Photo).orderBy("-id").limit(100).all();
    const figures = photos.map(
      ({ id, picture: { name, thumbnail } }) =>
        `<a href="/photos/${id}"><img src="/photos/${id}/small" width="${thumbnail?.width}" height="${thumbnail?.height}" alt="${escaped(name)}"></a>`,
    );
    response
      .writeHead(200, { "content-type": "text/html; charset=utf-8" })
      .end(`<!doctype html><meta charset="utf-8"><title>Photo wall</title><h1>${photos.length} photos</h1>${figures.join("\n")}`);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? "/", "http://wall");
    if (request.method === "POST" && pathname === "/photos") return take(request, response);
    if (request.method === "GET" && pathname === "/") return wall(response);
    const [, id, small] = /^\/photos\/(\d{1,9})(\/small)?$/.exec(pathname) ?? [];
    const photo =
      id === undefined
        ? null
        : await engine
            .query(Photo)
            .filter({ id: Number(id) })
            .first();
    if (request.method !== "GET" || photo === null) return void response.writeHead(404).end();
    return give(small === undefined ? photo.picture : photo.picture.thumbnail!, response);
  };

  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // What was wrong with the picture may be said; what is wrong with us, not.
      const isTheirs = isPetrelError(error) && error.code.startsWith("E19");
      if (!response.headersSent) response.writeHead(isTheirs ? 422 : 500, { "content-type": "text/plain; charset=utf-8" });
      response.end(isTheirs ? error.message : "");
    });
  });
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const engine = await createEngine("sqlite:photo-wall.db");
  const server = await photoWall(engine, "photo-wall-files");
  const port = Number(process.argv[2] ?? 8080);
  server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}`));
}
