/** Copies the store from one database into another: tables made from the models, then the rows of every model, in one transaction. */
import { sql, type AnyEntity, type Engine, type ModelOf, type Session } from "petrel";
import { Album, Artist, Genre, MediaType, Playlist, PlaylistTrack, Track } from "./models/music.ts";
import { Customer, Employee, Invoice, InvoiceLine } from "./models/sales.ts";

/** Models whose rows have numbers of their own, each behind those it refers to. */
const numbered = [Artist, Album, Genre, MediaType, Track, Playlist, Employee, Customer, Invoice, InvoiceLine] as const;

const copyRows = async (model: ModelOf<AnyEntity>, from: Engine, to: Session): Promise<number> => {
  const rows = await from.query(model).all();
  await to.insertAll(rows);
  return rows.length;
};

/**
 * PostgreSQL counts on from the last number it gave itself, and these rows brought theirs along: without this the next artist would be
 * number 1 again. In Chinook a table, its model and its key share one name: `Artist`, `ArtistId`.
 */
const countOn = async (session: Session, model: (typeof numbered)[number]): Promise<void> => {
  const [table, key] = [`"${model.name}"`, `${model.name}Id`];
  await session.execute(sql`SELECT setval(pg_get_serial_sequence(${table}, ${key}), max(${model.columns.id})) FROM ${model}`);
};

/** Fills an empty PostgreSQL database with the rows of `from`; all of them or none. Returns how many there are. */
export const loadStore = async (from: Engine, to: Engine): Promise<number> => {
  await to.createAll([...numbered, PlaylistTrack]);
  return to.transaction(async (session) => {
    let rows = 0;
    for (const model of numbered) {
      rows += await copyRows(model, from, session);
      await countOn(session, model);
    }
    return rows + (await copyRows(PlaylistTrack, from, session));
  });
};
