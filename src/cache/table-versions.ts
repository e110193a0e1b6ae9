/** How often each table has changed. The sum over some tables is the same as before only when none of them has changed: counters only go up. */
export class TableVersions {
  readonly #counts = new Map<string, number>();
  #all = 0;

  /** `null`: every table, also those never heard of. */
  changed(tables: readonly string[] | null): void {
    if (tables === null) this.#all++;
    else for (const table of tables) this.#counts.set(table, (this.#counts.get(table) ?? 0) + 1);
  }

  stamp(tables: readonly string[]): number {
    let sum = this.#all;
    for (const table of tables) sum += this.#counts.get(table) ?? 0;
    return sum;
  }
}
