/** `sql`: SQL of the user's own, with bound values. */
declare const row: unique symbol;
/** A piece of SQL with bound parameters. `T` is the type of its value, or of its rows. */
export interface Sql<out T> {
  readonly [row]: T;
  as<U>(): Sql<U>;
}
