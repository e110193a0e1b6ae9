/** A lookup, resolved: `posts__author__name__icontains` is two relations, a column and an operator. */
import { ConfigurationError } from "../../base/errors.ts";
import type { ExpressionNode, ParameterNode } from "../../ast/expression.ts";
import { collectionSource, joinedSource } from "../../ast/source.ts";
import type { Source } from "../../ast/source.ts";
import type { StepMaker } from "../../engine/plans/shape.ts";
import type { Relation } from "../../schema/table.ts";
import type { ColumnType } from "../../types/column-type.ts";
import { conjunction } from "../draft.ts";
import type { Step } from "../draft.ts";
import { itself } from "./operators.ts";
import type { FormOf, Operator, Test } from "./operators.ts";
import type { JsonTarget } from "./json-lookup.ts";

/** What the end of a key points at: a column of the last table, or a computed column of the query. */
export interface Subject {
  /** `null` where only the database knows. */
  readonly type: ColumnType | null;
  readonly expression: (source: Source) => ExpressionNode;
  /** Whether it is an aggregate of grouped rows, which only HAVING may test. */
  readonly aggregate: boolean;
}

let lookupForms = 0;

/** One way to ask a lookup, with everything but the values. Its identity is a shape's key, and it makes that shape's step. */
export class LookupForm implements StepMaker<Step> {
  readonly lookup: Lookup;
  readonly #form: FormOf;
  /** A number of its own, for keys of several lookups together. */
  readonly id = ++lookupForms;

  constructor(lookup: Lookup, form: FormOf) {
    this.lookup = lookup;
    this.#form = form;
  }

  /** The values with what `given` binds behind them, in the order of the parameters: an array of its own, and of its own size. */
  valuesWith(values: readonly unknown[], given: unknown): readonly unknown[] {
    if (this.#form.values !== itself) return [...values, ...this.#form.values(given)];
    return values.length === 0 ? [given] : [...values, given];
  }

  /** The comparison at the end of the relations, on a row of `source`. */
  testAt(source: Source): Test {
    const { name, type, path } = this.lookup.target;
    const target: JsonTarget = { name, type, path, expression: this.lookup.subject.expression(source) };
    return this.#form.test(target);
  }

  makeStep(): Step {
    const { node, parameters } = allOf(this.lookup.root, [this]);
    const having = this.lookup.subject.aggregate;
    return { parameters, apply: (draft) => void (having ? draft.having : draft.where).push(node) };
  }
}

export class Lookup {
  readonly root: Source;
  readonly relations: readonly Relation[];
  readonly subject: Subject;
  readonly target: { readonly name: string; readonly type: ColumnType | null; readonly path: readonly string[] };
  /** Whether a relation on the way leads to many rows. */
  readonly toMany: boolean;
  readonly #operator: Operator;
  readonly #forms = new Map<string, LookupForm>();
  /** What was asked last, which is asked again nearly always. */
  #last: { readonly asked: FormOf; readonly form: LookupForm } | null = null;

  constructor(key: string, root: Source, relations: readonly Relation[], subject: Subject, path: readonly string[], operator: Operator) {
    this.root = root;
    this.relations = relations;
    this.subject = subject;
    this.target = { name: key, type: subject.type, path };
    this.toMany = relations.some((relation) => relation.toMany);
    this.#operator = operator;
  }

  /** The form for a value, the same object for the same kind of value. */
  formOf(given: unknown): LookupForm {
    if (given === undefined) throw undefinedValue(this.target.name);
    const asked = this.#operator(given, this.target.name);
    if (this.#last !== null && this.#last.asked === asked) return this.#last.form;
    let form = this.#forms.get(asked.id);
    if (form === undefined) this.#forms.set(asked.id, (form = new LookupForm(this, asked)));
    this.#last = { asked, form };
    return form;
  }
}

/** A copy of an array: what the caller's says later, or the second time, is not the query's. */
export const kept = (given: unknown): unknown => (Array.isArray(given) ? [...(given as unknown[])] : given);

const undefinedValue = (key: string): ConfigurationError =>
  new ConfigurationError(
    `The lookup '${key}' was given undefined, which would silently mean "every row". ` +
      `Leave the lookup out, pass null to ask for NULL, or pass skip to mean "no condition here".`,
    { property: key },
  );

interface Pending {
  readonly form: LookupForm;
  /** How many of its relations have been walked. */
  readonly walked: number;
  readonly index: number;
}

/**
 * All lookups of one call, together. Those that go through the same to-many relation ask for one row that matches them all
 * (`filter({ posts__published: true, posts__views__gt: 5 })`: one post that is both); separate calls may be met by different rows.
 */
export const allOf = (source: Source, forms: readonly LookupForm[]): Test => {
  const parameters: (readonly ParameterNode[])[] = forms.map(() => []);
  const pending = forms.map((form, index) => ({ form, walked: 0, index }));
  const nodes = walk(source, pending, parameters);
  return { node: conjunction(nodes) ?? { node: "literal", value: true }, parameters: parameters.flat() };
};

const walk = (source: Source, pending: readonly Pending[], parameters: (readonly ParameterNode[])[]): ExpressionNode[] => {
  const nodes: (ExpressionNode | (() => ExpressionNode))[] = [];
  const collections = new Map<Source, Map<Relation, Pending[]>>();
  for (const { form, walked, index } of pending) {
    let [at, next] = [source, walked];
    const { relations } = form.lookup;
    while (next < relations.length && !relations[next]!.toMany) at = joinedSource(at, relations[next++]!);
    if (next === relations.length) {
      const test = form.testAt(at);
      parameters[index] = test.parameters;
      nodes.push(test.node);
      continue;
    }
    const relation = relations[next]!;
    const byRelation = collections.get(at) ?? new Map<Relation, Pending[]>();
    collections.set(at, byRelation);
    const group = byRelation.get(relation);
    if (group !== undefined) {
      group.push({ form, walked: next + 1, index });
      continue;
    }
    const started = [{ form, walked: next + 1, index }];
    byRelation.set(relation, started);
    const from = at;
    nodes.push(() => exists(from, relation, started, parameters));
  }
  return nodes.map((node) => (typeof node === "function" ? node() : node));
};

const exists = (at: Source, relation: Relation, group: readonly Pending[], parameters: (readonly ParameterNode[])[]): ExpressionNode => {
  const source = collectionSource(at, relation);
  return { node: "exists", source, where: conjunction(walk(source, group, parameters)), negated: false };
};
