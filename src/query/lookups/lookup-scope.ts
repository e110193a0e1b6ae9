/** The names that lookups, ordering and projections of a query may use: a model's columns and relations, and the query's computed columns. */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { joinedSource } from "../../ast/source.ts";
import type { Source } from "../../ast/source.ts";
import { canonicalSource } from "../../schema/columns-of.ts";
import type { Relation, Table } from "../../schema/table.ts";
import type { ColumnType } from "../../types/column-type.ts";
import type { ComputedColumn, Step } from "../draft.ts";
import { jsonOperators } from "./json-lookup.ts";
import { Lookup } from "./lookup.ts";
import type { Subject } from "./lookup.ts";
import { operatorsOf, untypedOperators } from "./operators.ts";
import type { Operator } from "./operators.ts";
import { refuseWindow } from "../expressions/windowed.ts";

/** Keys into JSON documents may come from outside; past this many the scope starts afresh. */
const lookupLimit = 1000;

/** A type without the rules for writing: what a column is compared with may be longer or larger than what it takes. */
export const comparable = ({ kind, size, precision, scale, element }: ColumnType): ColumnType => ({
  kind,
  ...(size === undefined ? {} : { size }),
  ...(precision === undefined ? {} : { precision }),
  ...(scale === undefined ? {} : { scale }),
  ...(element === undefined ? {} : { element: comparable(element) }),
});

export class LookupScope {
  /** The rows' own table, and what is joined to them by name. */
  readonly table: Table;
  /** The same without what is joined. */
  readonly own: Table;
  readonly source: Source;
  readonly computed: ReadonlyMap<string, ComputedColumn>;
  /** What `joinLateral()` put beside each row: relations of this query's own. */
  readonly joined: readonly Relation[];
  readonly #lookups = new Map<string, Lookup>();
  #lastKey: string | null = null;
  #lastLookup: Lookup | null = null;

  constructor(
    table: Table,
    computed: ReadonlyMap<string, ComputedColumn> = new Map(),
    source: Source = canonicalSource(table),
    joined: readonly Relation[] = [],
    own: Table = table,
  ) {
    this.table = table;
    this.own = own;
    this.source = source;
    this.computed = computed;
    this.joined = joined;
  }

  /** The same rows with computed columns beside them. */
  computing(columns: readonly ComputedColumn[]): LookupScope {
    const computed = new Map([...this.computed, ...columns.map((column) => [column.name, column] as const)]);
    return new LookupScope(this.table, computed, this.source, this.joined, this.own);
  }

  /** The same rows with those of a lateral join beside them. */
  joining(relation: Relation): LookupScope {
    const { table } = this;
    const wider: Table = {
      ...table,
      relationNames: [...table.relationNames, relation.name],
      relation: (name) => (name === relation.name ? relation : table.relation(name)),
    };
    return new LookupScope(wider, this.computed, this.source, [...this.joined, relation], this.own);
  }

  /** The lookup that a key means. Throws `ConfigurationError` for a key that means nothing, with the nearest name. */
  lookup(key: string): Lookup {
    if (key === this.#lastKey) return this.#lastLookup!;
    const lookup = this.#find(key);
    this.#lastKey = key;
    this.#lastLookup = lookup;
    return lookup;
  }

  #find(key: string): Lookup {
    const known = this.#lookups.get(key);
    if (known !== undefined) return known;
    const lookup = this.#resolve(key);
    if (this.#lookups.size >= lookupLimit) this.#lookups.clear();
    this.#lookups.set(key, lookup);
    return lookup;
  }

  #resolve(key: string): Lookup {
    const words = key.split("__");
    const relations: Relation[] = [];
    let table = this.table;
    for (let index = 0; index < words.length; index++) {
      const word = words[index]!;
      const subject = this.#subject(table, word, relations.length === 0);
      if (subject !== null) return this.#atSubject(key, relations, subject, words.slice(index + 1));
      const relation = table.relation(word);
      if (relation === undefined) throw this.#unknownName(key, table, word);
      relations.push(relation);
      table = relation.target;
    }
    throw new ConfigurationError(
      `The lookup '${key}' ends at the relation '${words.at(-1)}' of ${this.table.modelName}. Name one of its columns, as in '${key}__${table.primaryKey[0]!.property}'.`,
      { model: this.table.modelName, property: key },
    );
  }

  #subject(table: Table, word: string, atRoot: boolean): Subject | null {
    const computed = atRoot ? this.computed.get(word) : undefined;
    if (computed !== undefined) {
      if (computed.windowed) refuseWindow(`'${word}'`, "filter()", this.table.modelName);
      return { type: computed.type, expression: () => computed.expression, aggregate: computed.aggregate };
    }
    const column = table.byProperty.get(word);
    if (column === undefined) return null;
    return { type: comparable(column.type), expression: (source) => ({ node: "column", source, column }), aggregate: false };
  }

  #atSubject(key: string, relations: readonly Relation[], subject: Subject, rest: readonly string[]): Lookup {
    const make = (path: readonly string[], operator: Operator): Lookup => new Lookup(key, this.source, relations, subject, path, operator);
    if (subject.type?.kind === "json") {
      const last = rest.at(-1);
      const named = last === undefined ? undefined : own(jsonOperators, last);
      return named === undefined ? make(rest, jsonOperators["exact"]!) : make(rest.slice(0, -1), named);
    }
    const operators = subject.type === null ? untypedOperators : operatorsOf[subject.type.kind];
    const name = rest.length === 0 ? "exact" : rest.join("__");
    const operator = own(operators, name);
    if (operator !== undefined) return make([], operator);
    const column = key.slice(0, key.length - name.length - 2);
    throw new ConfigurationError(
      `The lookup '${key}' of ${this.table.modelName}: '${column}' is of ${subject.type === null ? "unknown kind" : `kind ${subject.type.kind}`}, which has no lookup '${name}'.${didYouMean(name, Object.keys(operators))}`,
      { model: this.table.modelName, property: key },
    );
  }

  #unknownName(key: string, table: Table, word: string): ConfigurationError {
    const names = [...table.byProperty.keys(), ...table.relationNames, ...(table === this.table ? this.computed.keys() : [])];
    return new ConfigurationError(
      `The lookup '${key}': ${table.modelName} has no column or relation '${word}'.${didYouMean(word, names)}`,
      { model: this.table.modelName, property: key },
    );
  }

  /** A dotted path to a column, through to-one relations only: `"author.name"`. */
  column(path: string, use: string): ComputedColumn {
    const words = path.split(".");
    const name = words.pop()!;
    let { table, source } = this as { table: Table; source: Source };
    for (const word of words) {
      const relation = table.relation(word);
      if (relation === undefined) throw this.#unknownPath(path, table, word, use);
      if (relation.toMany) throw this.#leadsToMany(path, word, use);
      source = joinedSource(source, relation);
      table = relation.target;
    }
    const computed = words.length === 0 ? this.computed.get(name) : undefined;
    if (computed !== undefined) return computed;
    const column = table.byProperty.get(name);
    if (column === undefined) throw this.#unknownPath(path, table, name, use);
    return { name: path, expression: { node: "column", source, column }, type: column.type, aggregate: false, windowed: false };
  }

  #unknownPath(path: string, table: Table, word: string, use: string): ConfigurationError {
    const names = [...table.byProperty.keys(), ...table.relationNames, ...(table === this.table ? this.computed.keys() : [])];
    const isRelation = table.relationNames.includes(word);
    const what = isRelation ? "column" : "column or relation";
    const hint = isRelation ? " It is a relation: name one of its columns." : didYouMean(word, names);
    return new ConfigurationError(`${use}: ${table.modelName} has no ${what} '${word}' (in '${path}').${hint}`, {
      model: this.table.modelName,
      property: path,
    });
  }

  #leadsToMany(path: string, word: string, use: string): ConfigurationError {
    return new ConfigurationError(
      `${use}: '${path}' goes through '${word}', which leads to many rows. Use values("${path}"), an aggregate such as count("${word}"), or load the relation.`,
      { model: this.table.modelName, property: path },
    );
  }
}

/** A step after which other names may be used. */
export interface ScopedStep extends Step {
  readonly scope: LookupScope;
}

/** An entry of the record itself: inherited names such as 'constructor' are no operators. */
const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;
