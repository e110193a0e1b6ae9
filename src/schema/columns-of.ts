/** A table's columns and relations as expressions: what `(user) => …` gets, and what `User.columns` is. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import { condition, conditionNode, expression } from "../ast/expression-builder.ts";
import type { ExpressionNode } from "../ast/expression.ts";
import { collectionSource, joinedSource, rootSource, type Source } from "../ast/source.ts";
import type { Condition, NumberExpression } from "../ast/typed-expression.ts";
import type { Columns } from "./scope.ts";
import type { Relation, Table } from "./table.ts";

const roots = new WeakMap<Table, Source>();

/** The one root that statements about a table share with its `columns`, so that `User.columns.age` means the row that the query is about. */
export const canonicalSource = (table: Table): Source => {
  let root = roots.get(table);
  if (root === undefined) roots.set(table, (root = rootSource(table)));
  return root;
};

type Where = (row: never) => unknown;
const countType = Object.freeze({ kind: "int" as const });

/** Rows on the far side of a to-many relation. Each call looks at them anew, in a subquery of its own. */
class RelatedRows {
  readonly #parent: Source;
  readonly #relation: Relation;

  constructor(parent: Source, relation: Relation) {
    this.#parent = parent;
    this.#relation = relation;
  }

  #whereNode(source: Source, where: Where | undefined, call: string): ExpressionNode | null {
    if (where === undefined) return null;
    if (typeof where !== "function")
      throw new ConfigurationError(`${call} takes a function, as in ${call.slice(0, -1)}(row) => row.id.gt(1)).`);
    return conditionNode(where(relatedRow(this.#relation.target, source) as never), call);
  }

  #exists(where: Where | undefined, call: string, negated: boolean): Condition {
    const source = collectionSource(this.#parent, this.#relation);
    return condition({ node: "exists", source, where: this.#whereNode(source, where, call), negated });
  }

  some(where?: Where): Condition {
    return this.#exists(where, "some()", false);
  }
  none(where?: Where): Condition {
    return this.#exists(where, "none()", true);
  }
  /** No row for which the condition is false or unknown. True without rows. */
  every(where: Where): Condition {
    const source = collectionSource(this.#parent, this.#relation);
    const operand = this.#whereNode(source, where, "every()");
    if (operand === null) throw new ConfigurationError("every() takes a function that gives a condition. For “has any” use some().");
    return condition({ node: "exists", source, where: Object.freeze({ node: "not", operand, total: true }), negated: true });
  }
  count(): NumberExpression<number> {
    const aggregate = Object.freeze({
      node: "aggregate" as const,
      name: "count" as const,
      argument: null,
      distinct: false,
      filter: null,
      type: countType,
    });
    const source = collectionSource(this.#parent, this.#relation);
    return expression<number, "int">({ node: "collectionAggregate", source, aggregate, where: null }, countType, false);
  }
}

const memberOf = (table: Table, source: Source, name: string, rowOf: (table: Table, source: Source) => object): unknown => {
  const column = table.byProperty.get(name);
  if (column) return expression({ node: "column", source, column }, column.type, column.nullable || source.relation?.optional === true);
  const relation = table.relation(name)!;
  return relation.toMany ? new RelatedRows(source, relation) : rowOf(relation.target, joinedSource(source, relation));
};

/** Reads by JavaScript itself, of any object that is awaited, serialized or compared. */
const silent: ReadonlySet<string> = new Set(["then", "toJSON", "constructor", "asymmetricMatch", "nodeType", "$$typeof"]);
// Node asks for it before it reads anything else of an object that it prints (nodejs.org/api/util.html, "Custom inspection functions").
const inspection = Symbol.for("nodejs.util.inspect.custom");

/** Behind the real properties: whatever is read here does not exist. */
const unknownProperties = (table: Table): object =>
  new Proxy(Object.freeze(Object.create(null) as object), {
    get: (_, name) => {
      if (typeof name === "symbol" || silent.has(name)) return undefined;
      const hint = didYouMean(name, [...table.byProperty.keys(), ...table.relationNames]);
      throw new ConfigurationError(`${table.modelName} has no column or relation '${name}'.${hint}`, {
        model: table.modelName,
        property: name,
      });
    },
  });

const inspected = (table: Table): { value: () => string } => {
  const names = [...table.byProperty.keys(), ...table.relationNames];
  return { value: () => `Columns of ${table.modelName} { ${names.join(", ")} }` };
};

const makeColumns = (table: Table, source: Source): object => {
  const columns = Object.create(unknownProperties(table)) as object;
  const names = [...table.byProperty.keys(), ...table.relationNames];
  Object.defineProperty(columns, inspection, inspected(table));
  for (const name of names) {
    Object.defineProperty(columns, name, {
      configurable: true,
      enumerable: true,
      get: () => {
        const value = memberOf(table, source, name, columnsOf);
        Object.defineProperty(columns, name, { value, enumerable: true });
        return value;
      },
    });
  }
  return columns;
};

const made = new WeakMap<Source, object>();

/** The columns and relations of `table` as seen from `source`; the same object each time. Reading an unknown name throws `ConfigurationError`. */
export const columnsOf = <E = unknown>(table: Table, source: Source = canonicalSource(table)): Columns<E> => {
  let columns = made.get(source);
  if (columns === undefined) made.set(source, (columns = makeColumns(table, source)));
  // Every property is what `Columns<E>` says for the model that `table` was made from.
  return columns as Columns<E>;
};

type RowClass = new (source: Source) => object;

/** All rows of a table share the properties that make their columns, so a row is one object however many columns there are. */
const makeRowClass = (table: Table): RowClass => {
  class RelatedRow {
    readonly #source: Source;
    constructor(source: Source) {
      this.#source = source;
    }
    static member(row: RelatedRow, name: string): unknown {
      return memberOf(table, row.#source, name, relatedRow);
    }
  }
  const { prototype } = RelatedRow;
  for (const name of [...table.byProperty.keys(), ...table.relationNames]) {
    Object.defineProperty(prototype, name, {
      enumerable: true,
      get(this: RelatedRow) {
        return RelatedRow.member(this, name);
      },
    });
  }
  Object.defineProperty(prototype, inspection, inspected(table));
  Object.setPrototypeOf(prototype, unknownProperties(table));
  return RelatedRow;
};

const rowClasses = new WeakMap<Table, RowClass>();

/** The same as `columnsOf`, for a row inside a subquery, which is another each time it is asked for: cheap to make, and remembered by nobody. */
const relatedRow = (table: Table, source: Source): object => {
  let rowClass = rowClasses.get(table);
  if (rowClass === undefined) rowClasses.set(table, (rowClass = makeRowClass(table)));
  return new rowClass(source);
};
