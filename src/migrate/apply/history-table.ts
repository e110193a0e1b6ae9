/** What the table of the history is called. Comparisons leave it out. */
export const historyTable = "petrel_migrations";
