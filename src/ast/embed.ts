/**
 * A statement made ready to stand inside another: its own sources and parameters are new objects, everything else is as it was.
 *
 * Two statements about one model are about the same source, and two queries of one shape have the same parameters; inside one statement
 * they are different rows and different values. What the statement names of rows outside stays what it is.
 */
import type { ExpressionNode, ParameterNode, SelectStatement } from "./expression.ts";
import { type AnyNode, type Content, type Field, nodeLayouts, partLayouts, statementLayouts } from "./layout.ts";
import type { Source } from "./source.ts";

/** The value that a copied parameter gets; a parameter of the statement outside is its own copy. */
type ValueOf = (parameter: ParameterNode) => { readonly value: unknown } | "outside";
type Layout = readonly (readonly [string, Content])[];

class Copy {
  readonly #valueOf: ValueOf;
  readonly #own = new Set<Source>();
  readonly #sources = new Map<Source, Source>();
  readonly #parameters = new Map<ParameterNode, ParameterNode>();

  constructor(valueOf: ValueOf) {
    this.#valueOf = valueOf;
  }

  parameter(parameter: ParameterNode): ParameterNode {
    let copy = this.#parameters.get(parameter);
    if (copy === undefined) {
      const given = this.#valueOf(parameter);
      copy = given === "outside" ? parameter : Object.freeze({ ...parameter, value: given.value });
      this.#parameters.set(parameter, copy);
    }
    return copy;
  }

  source(source: Source): Source {
    const known = this.#sources.get(source);
    if (known !== undefined) return known;
    const copy = this.#copied(source);
    this.#sources.set(source, copy);
    return copy;
  }

  #copied(source: Source): Source {
    if (source.parent === null) return this.#own.has(source) ? { ...source, children: new Map() } : source;
    const { relation } = source;
    const parent = this.source(source.parent);
    if (parent === source.parent) return source;
    const copy: Source = { ...source, parent, children: new Map() };
    // What was joined is found again by whoever joins the same relation.
    if (relation !== null && source.parent.children.get(relation) === source) parent.children.set(relation, copy);
    return copy;
  }

  node(node: AnyNode): AnyNode {
    return node.node === "parameter" ? this.parameter(node) : this.fields(node, nodeLayouts[node.node]);
  }

  select(statement: SelectStatement): SelectStatement {
    this.#own.add(statement.source);
    return this.fields(statement, statementLayouts.select);
  }

  /** A copy with the same fields. */
  fields<T extends object>(owner: T, layout: Layout): T {
    // An object with the fields that the layout names, which are read and written by name here.
    const copy = { ...owner } as Record<string, unknown>;
    for (const [name, content] of layout) {
      const copied = copiers[content];
      // Each copier gives back what it takes, which is what `layout.ts` says the field holds.
      if (copied !== undefined && copy[name] !== undefined) copy[name] = copied(copy[name] as never, this);
    }
    // Its fields are those of the original, each of the kind that it was.
    return Object.freeze(copy) as T;
  }

  parts(parts: readonly object[], layout: readonly Field<never>[]): readonly object[] {
    return Object.freeze(parts.map((part) => this.fields(part, layout)));
  }
}

type Copier = (value: never, copy: Copy) => unknown;
/** Contents without nodes, sources or statements are kept as they are. */
const copiers: { readonly [C in Content]?: Copier } = {
  one: (node: AnyNode | null, copy) => (node === null ? null : copy.node(node)),
  many: (nodes: readonly AnyNode[], copy) => Object.freeze(nodes.map((node) => copy.node(node))),
  source: (source: Source, copy) => copy.source(source),
  items: (items: readonly object[], copy) => copy.parts(items, partLayouts.items),
  orderings: (terms: readonly object[], copy) => copy.parts(terms, partLayouts.orderings),
  select: (statement: SelectStatement, copy) => copy.select(statement),
  commonTables: (tables: readonly object[], copy) => copy.parts(tables, partLayouts.commonTables),
  laterals: (joins: readonly object[], copy) => copy.parts(joins, partLayouts.laterals),
  compound: (parts: readonly object[], copy) => copy.parts(parts, partLayouts.compound),
};

export interface Embedded {
  readonly statement: SelectStatement;
  /** The parameter that stands for one of the original's; the same for the same. */
  parameter(original: ParameterNode): ParameterNode;
  /** The expression as seen from inside the copy. */
  expression(original: ExpressionNode): ExpressionNode;
}

/** `valueOf` gives each parameter of the copy its value. */
export const embed = (statement: SelectStatement, valueOf: ValueOf): Embedded => {
  const copy = new Copy(valueOf);
  return {
    statement: copy.select(statement),
    parameter: (original) => copy.parameter(original),
    // A copied expression is of the same kind as the original.
    expression: (original) => copy.node(original) as ExpressionNode,
  };
};
