/** What `connect({ databases })` calls a database. */
/** The one that models are in unless they say otherwise. */
export const defaultDatabase = "default";

const names = new WeakMap<object, string>();

/** `identity` is that of the database, in whichever contexts it is used. */
export const nameDatabase = (identity: object, name: string): void => {
  names.set(identity, name);
};

/** `null` for one that was opened by itself. */
export const databaseName = (identity: object): string | null => names.get(identity) ?? null;
