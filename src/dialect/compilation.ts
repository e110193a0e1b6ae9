/**
 * One statement on its way to text: the bindings so far, the names of its tables, and the words of its database.
 * Text is made from left to right, because `?` placeholders are bound in the order in which they stand.
 */
import type { BoundValue } from "../base/bound-value.ts";
import { BugError, ConfigurationError } from "../base/errors.ts";
import type { ExpressionNode, GivenNode, LateralJoin, OrderingNode, ParameterNode } from "../ast/expression.ts";
import type { LockClause } from "../ast/select.ts";
import { fullName } from "../ast/source.ts";
import type { ColumnRef, Source, TableName, TableRef } from "../ast/source.ts";
import type { Codec, ColumnType } from "../types/column-type.ts";
import { Aliases } from "./aliases.ts";
import type { Binding, Compiled } from "./dialect.ts";
import { GivenRows } from "./given-rows.ts";
import { level, within } from "./piece.ts";
import type { Level, Piece } from "./piece.ts";
import { qualified, quote } from "./quote.ts";
import type { Sources } from "./sources.ts";

/** How each kind of expression is spelled. */
export type Spelling = {
  readonly [N in ExpressionNode as N["node"]]: (node: N, compilation: Compilation) => Piece;
};

/** What differs between the databases. Shared code asks here and never for a database's name. */
export interface Words {
  readonly spelling: Spelling;
  codec(type: ColumnType): Codec;
  /** The placeholder of the binding at `index`, from 0. */
  placeholder(index: number): string;
  /** Whether the database would take `token`, found in a text of the user's own, for a placeholder. */
  isPlaceholder(token: string): boolean;
  /** Whether one placeholder may stand several times in a text. */
  readonly repeatsPlaceholders: boolean;
  /** A parameter where nothing around it tells the database its type. */
  typedParameter(node: ParameterNode, compilation: Compilation): string;
  /** A column of this type as a result, where the database would give it in another form than the model reads. */
  asRead?(type: ColumnType, text: string): string;
  /** A value as a result, or assigned to a column of `type`: in the form in which it is stored. */
  stored(node: ExpressionNode, type: ColumnType | null, compilation: Compilation): string;
  /** An operand of a comparison or BETWEEN among `all` its operands. `equality`: only whether they are equal matters. */
  operand(node: ExpressionNode, all: readonly ExpressionNode[], equality: boolean, compilation: Compilation): string;
  /** One term of ORDER BY. `canBeNull`: whether the place of NULL matters. */
  ordering(node: OrderingNode, canBeNull: boolean, compilation: Compilation): string;
  /** A constant value of DDL. */
  literal(value: BoundValue, type: ColumnType | null): string;
  /** A parameter of the form `"column"`: its list, and how one of its values is read under `name`. Absent where writes take no lists. */
  column?(node: ParameterNode, name: string, compilation: Compilation): { readonly list: string; readonly value: string };
  /** Lists of one length as a table that is called "given", its columns by their places from 1; `unnest` where this is absent. */
  readonly rowsOfLists?: (lists: readonly string[]) => string;
  /** Lists of one length as rows, to be compared with these operands, where a subquery may look at the row before it (LATERAL). */
  elements?(operands: readonly ExpressionNode[], lists: readonly ParameterNode[], compilation: Compilation): string | undefined;
  /** A select beside each row of a statement. */
  readonly lateral: LateralWords;
  readonly offsetAlone: string;
  /** The locking clause, with a leading space. */
  lock(lock: LockClause, root: string): string;
  /** DEFAULT for one value of one row. */
  defaultValue(): string;
}

export interface LateralWords {
  /** The join, with a leading space: the `select`, whose items are called `columns`, under `name`. */
  join(join: LateralJoin, select: string, name: string): string;
  /** The column at `place`, from 0. Absent where it goes by its own name. */
  column?(name: string, place: number, type: ColumnType): string;
}

type AnySpell = (node: ExpressionNode, compilation: Compilation) => Piece;

export class Compilation {
  readonly words: Words;
  readonly sources: Sources;
  readonly names = new Map<Source, string>();
  /** The names of join tables, by the source behind them. */
  readonly throughNames = new Map<Source, string>();
  aliases = new Aliases(null);
  /** Whether columns are written with their table's name. */
  qualified: boolean;
  /** Whether rows marked as deleted count in joined tables and subqueries. */
  seesDeleted = false;
  /** How a column of a joined source is written where nothing can be joined (UPDATE, DELETE, INSERT). */
  unjoined: ((source: Source, column: ColumnRef) => string) | null = null;
  /** The lists that a write of many rows is joined to. */
  readonly givenRows = new GivenRows();
  readonly #bindings: Binding[] = [];
  readonly #places = new Map<unknown, number>();
  /** What common tables are called where they are in sight. */
  readonly #common = new Map<TableRef, string>();
  readonly #commonNames = new Aliases(null);
  readonly #reads = new Set<string>();
  readonly #writes = new Set<string>();
  readonly #inline: boolean;
  #holdsRaw = false;
  #locks = false;

  /** With `inline`, parameters become literals: for DDL, which takes no parameters. */
  constructor(words: Words, sources: Sources, inline = false) {
    this.words = words;
    this.sources = sources;
    this.qualified = sources.tableCount > 1;
    this.#inline = inline;
  }

  spell(node: ExpressionNode): Piece {
    const spell = Object.hasOwn(this.words.spelling, node.node) ? this.words.spelling[node.node] : undefined;
    if (spell === undefined) throw new BugError("a statement holds a node of an unknown kind.");
    // The table's type says that the function under a node's name takes this node.
    return (spell as AnySpell)(node, this);
  }

  /** The text of `node` where an operand must bind at least as tightly as `needed`. */
  at(node: ExpressionNode, needed: Level): string {
    return within(this.spell(node), needed);
  }

  /** A value where nothing around it tells the database its type. */
  typed(node: ExpressionNode, needed: Level = level.or): string {
    return node.node === "parameter" ? this.words.typedParameter(node, this) : this.at(node, needed);
  }

  bind(parameter: ParameterNode, encode: ((value: never) => BoundValue) | null): string {
    if (this.#inline) return this.words.literal(encodedSample(parameter, encode), parameter.type);
    return this.#place(parameter, { parameter, encode });
  }

  /** Binds a value of the statement's own shape. `key`: equal for equal constants. */
  bindConstant(key: string, constant: BoundValue): string {
    if (this.#inline) return this.words.literal(constant, null);
    return this.#place(key, { parameter: null, constant });
  }

  #place(key: unknown, binding: Binding): string {
    const known = this.words.repeatsPlaceholders ? this.#places.get(key) : undefined;
    if (known !== undefined) return this.words.placeholder(known);
    const index = this.#bindings.push(binding) - 1;
    this.#places.set(key, index);
    return this.words.placeholder(index);
  }

  given(node: GivenNode): string {
    return this.givenRows.spell(node, (list, name) => this.words.column?.(list, name, this));
  }

  column(source: Source, column: ColumnRef): string {
    const name = this.names.get(source);
    const lateral = name === undefined ? undefined : this.sources.laterals.get(source);
    const spelled =
      lateral === undefined ? undefined : this.words.lateral.column?.(quote(name!), lateral.columns.indexOf(column.name), column.type);
    if (spelled !== undefined) return spelled;
    if (name !== undefined) return this.qualified ? `${quote(name)}.${quote(column.name)}` : quote(column.name);
    if (this.unjoined !== null) return this.unjoined(source, column);
    throw new BugError(`a statement names the column '${column.property}' of a table that it does not read.`);
  }

  /** A name of its own for a common table, from here on. It hides no table that the statement reads. */
  nameCommon(table: TableRef, name = this.#commonNames.take(table.name, this.sources.tableNames)): string {
    this.#common.set(table, name);
    return name;
  }

  /** How FROM names a table: with its schema, where it has one of its own. */
  tableText(table: TableRef): string {
    const common = this.#common.get(table);
    return common === undefined ? qualified(table) : quote(common);
  }

  /** What a table is called where FROM says no other name. */
  tableName(table: TableRef): string {
    return this.#common.get(table) ?? table.name;
  }

  /** Runs `make`, after which the common tables are those of before. */
  withCommon<T>(make: () => T): T {
    const before = [...this.#common];
    try {
      return make();
    } finally {
      this.#common.clear();
      for (const [table, name] of before) this.#common.set(table, name);
    }
  }

  reads(table: TableName): void {
    if (this.#common.has(table as TableRef)) return;
    this.#reads.add(fullName(table));
  }

  writes(table: TableRef): void {
    this.#writes.add(fullName(table));
  }

  /** A piece of SQL of the caller's own goes into the text. */
  raw(): void {
    this.#holdsRaw = true;
  }

  /** Rows that are read are locked. */
  lock(): void {
    this.#locks = true;
  }

  get readTables(): readonly string[] {
    return [...this.#reads];
  }

  /** Runs `make` with the names of a scope of its own. */
  nested<T>(make: () => T): T {
    const outer = this.aliases;
    this.aliases = new Aliases(outer);
    try {
      return make();
    } finally {
      this.aliases = outer;
    }
  }

  finish(sql: string): Compiled {
    const compiled = { sql, bindings: Object.freeze(this.#bindings), reads: [...this.#reads], writes: [...this.#writes] };
    return Object.freeze({ ...compiled, ...(this.#holdsRaw ? { holdsRaw: true } : {}), ...(this.#locks ? { locks: true } : {}) });
  }
}

const encodedSample = (parameter: ParameterNode, encode: ((value: never) => BoundValue) | null): BoundValue => {
  if (parameter.form !== "one" && parameter.form !== "asGiven") {
    throw new ConfigurationError(
      "A default of a column uses a list or a pattern, which CREATE TABLE cannot hold. Write a plain value or expression.",
    );
  }
  // The value was made for this parameter, and its codec checks it.
  return parameter.value === null ? null : encode === null ? (parameter.value as BoundValue) : encode(parameter.value as never);
};
