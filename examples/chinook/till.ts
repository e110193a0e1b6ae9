/**
 * An empty till beside the store: the tables of the models, and the rows of the store that a day's sales refer to. On PostgreSQL they are temporary
 * tables of one connection, so nothing is ever written into a database of yours; on SQLite it is a database in memory.
 */
import { createEngine, type AnyEntity, type Engine, type ModelOf } from "petrel";
import { Album, Artist, Genre, MediaType, Playlist, PlaylistTrack, Track } from "./models/music.ts";
import { Customer, Employee, Invoice, InvoiceLine } from "./models/sales.ts";
import { Payment, Sale, SaleLine } from "./models/till.ts";

const tables = [
  Artist,
  Album,
  Genre,
  MediaType,
  Track,
  Playlist,
  PlaylistTrack,
  Employee,
  Customer,
  Invoice,
  InvoiceLine,
  Sale,
  SaleLine,
  Payment,
];

/** `url`: of the store's PostgreSQL database; `null` for SQLite. */
export const openTill = async (url: string | null): Promise<Engine> => {
  const till =
    url === null
      ? await createEngine("sqlite::memory:")
      : await createEngine(url, { maxConnections: 1, parameters: { search_path: "pg_temp", TimeZone: "UTC" } });
  await till.createAll(tables);
  return till;
};

const trackIds = [1, 2, 6, 15, 99, 1000, 2820, 3500];
const customerIds = [1, 2, 3, 5, 8];

/** Copies a few customers and tracks of the store, and what those refer to, in an order that keeps every foreign key. */
export const stock = async (store: Engine, till: Engine): Promise<void> => {
  const session = till.session();
  const copy = async <E extends AnyEntity>(model: ModelOf<E>, rows: readonly E[]): Promise<void> =>
    void (await session.upsertAll(model, rows as never, { conflictTarget: "id" as never, updateFields: [] }));
  const tracks = await store.query(Track).filter({ id__in: trackIds }).with("album.artist", "genre", "mediaType").orderBy("id").all();
  const albums = distinct(tracks.flatMap(({ album }) => album ?? []));
  await copy(Artist, distinct(albums.map(({ artist }) => artist)));
  await copy(Album, albums);
  await copy(Genre, distinct(tracks.flatMap(({ genre }) => genre ?? [])));
  await copy(MediaType, distinct(tracks.map(({ mediaType }) => mediaType)));
  await copy(Track, tracks);
  const employees = await store.query(Employee).orderBy("id").all();
  await copy(Employee, employees);
  await copy(Customer, await store.query(Customer).filter({ id__in: customerIds }).orderBy("id").all());
};

/** Each row once: two tracks of one album bring it along twice. */
const distinct = <E extends { id: number }>(rows: readonly E[]): E[] => [...new Map(rows.map((row) => [row.id, row])).values()];
