/** What the store sells: artists, their albums and tracks, and the playlists that tracks stand on. */
import { belongsTo, decimal, hasMany, int, manyToMany, Model, text } from "petrel";
import { InvoiceLine } from "./sales.ts";

export class Artist extends Model("Artist", {
  id: int().primaryKey().named("ArtistId"),
  name: text({ maxLength: 120 }).nullable().named("Name"),

  albums: () => hasMany(Album, "artistId"),
}) {}

export class Album extends Model("Album", {
  id: int().primaryKey().named("AlbumId"),
  title: text({ maxLength: 160 }).named("Title"),
  artistId: int().index().named("ArtistId"),

  artist: () => belongsTo(Artist, "artistId"),
  tracks: () => hasMany(Track, "albumId"),
}) {}

export class Track extends Model("Track", {
  id: int().primaryKey().named("TrackId"),
  name: text({ maxLength: 200 }).named("Name"),
  albumId: int().nullable().index().named("AlbumId"),
  mediaTypeId: int().index().named("MediaTypeId"),
  genreId: int().nullable().index().named("GenreId"),
  composer: text({ maxLength: 220 }).nullable().named("Composer"),
  milliseconds: int().named("Milliseconds"),
  sizeBytes: int().nullable().named("Bytes"),
  unitPrice: decimal({ precision: 10, scale: 2 }).named("UnitPrice"),

  album: () => belongsTo(Album, "albumId"),
  genre: () => belongsTo(Genre, "genreId"),
  mediaType: () => belongsTo(MediaType, "mediaTypeId"),
  playlists: () => manyToMany(Playlist, { through: PlaylistTrack }),
  invoiceLines: () => hasMany(InvoiceLine, "trackId"),
}) {}

export class Genre extends Model("Genre", {
  id: int().primaryKey().named("GenreId"),
  name: text({ maxLength: 120 }).nullable().named("Name"),

  tracks: () => hasMany(Track, "genreId"),
}) {}

export class MediaType extends Model("MediaType", {
  id: int().primaryKey().named("MediaTypeId"),
  name: text({ maxLength: 120 }).nullable().named("Name"),

  tracks: () => hasMany(Track, "mediaTypeId"),
}) {}

export class Playlist extends Model("Playlist", {
  id: int().primaryKey().named("PlaylistId"),
  name: text({ maxLength: 120 }).nullable().named("Name"),

  tracks: () => manyToMany(Track, { through: PlaylistTrack }),
}) {}

export class PlaylistTrack extends Model(
  "PlaylistTrack",
  {
    playlistId: int().named("PlaylistId"),
    trackId: int().named("TrackId"),

    playlist: () => belongsTo(Playlist, "playlistId"),
    track: () => belongsTo(Track, "trackId"),
  },
  { primaryKey: ["playlistId", "trackId"] },
) {}
