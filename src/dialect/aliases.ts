/** Names for tables inside one statement: unique whatever the case, and short enough for PostgreSQL (63 bytes). */
const longestBytes = 63;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const bytesOf = (text: string): number => encoder.encode(text).length;

/** The longest start of `text` that fits into `bytes`, never half a character. */
const cut = (text: string, bytes: number): string => {
  const all = encoder.encode(text);
  if (all.length <= bytes) return text;
  let end = bytes;
  while (end > 0 && (all[end]! & 0xc0) === 0x80) end--;
  return decoder.decode(all.subarray(0, end));
};

/** Names taken in a scope and in the scopes around it. */
export class Aliases {
  readonly #taken: Set<string>;

  constructor(outer: Aliases | null) {
    this.#taken = new Set(outer === null ? [] : outer.#taken);
  }

  /** Takes `wanted`, or `wanted_2`, `wanted_3`, … if it is taken already or `avoided`. */
  take(wanted: string, avoided: ReadonlySet<string> = new Set()): string {
    const isFree = (name: string): boolean => !this.#taken.has(name.toLowerCase()) && !avoided.has(name.toLowerCase());
    let name = cut(wanted, longestBytes);
    for (let number = 2; !isFree(name); number++) name = cut(wanted, longestBytes - bytesOf(`_${number}`)) + `_${number}`;
    this.#taken.add(name.toLowerCase());
    return name;
  }

  /** The root of a scope is called by its table's name, however long, unless that is taken. */
  takeTable(table: string): string {
    if (this.#taken.has(table.toLowerCase())) return this.take(table);
    this.#taken.add(table.toLowerCase());
    return table;
  }
}
