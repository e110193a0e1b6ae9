/** Tables that Petrel keeps in a database for itself, which are nobody's models. */
export const ownTables: readonly string[] = ["petrel_migrations"];
