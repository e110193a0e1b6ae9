/** A query as a part of another statement: its select, with sources and parameters of its own. */
import { BugError, ConfigurationError } from "../../base/errors.ts";
import { embed } from "../../ast/embed.ts";
import type { Embedded } from "../../ast/embed.ts";
import type { ParameterNode, SelectStatement } from "../../ast/expression.ts";
import type { Shape } from "../../engine/plans/shape.ts";
import type { Draft, Step } from "../draft.ts";
import { newDraft } from "../draft.ts";
import type { Include } from "../loading/include-tree.ts";
import { isOutside } from "../root.ts";
import type { Root } from "../root.ts";

/** What a part of another statement must know of a query. */
export interface InnerQuery {
  readonly root: Root;
  readonly shape: Shape<Step>;
  readonly values: readonly unknown[];
  readonly includes: readonly Include<unknown>[];
}

/** What the steps of a shape add up to, and their parameters in the order of a query's values. */
export interface Drafted {
  readonly draft: Draft;
  readonly parameters: readonly ParameterNode[];
}

export const draftOf = (root: Root, shape: Shape<Step>): Drafted => {
  const steps = shape.steps();
  const draft = newDraft(root.table, root.scope.source);
  for (const step of steps) step.apply(draft);
  return { draft, parameters: steps.flatMap((step) => step.parameters) };
};

/** Throws `ConfigurationError` for what a part of a statement cannot have. */
export const assertInner = ({ root, includes }: InnerQuery, draft: Draft, use: string): void => {
  const { modelName } = root.table;
  if (includes.length > 0)
    throw new ConfigurationError(
      `${use}: relations are loaded onto the rows of a whole query. Take with() out of the query of ${modelName}.`,
      { model: modelName },
    );
  if (draft.lock !== null)
    throw new ConfigurationError(`${use}: rows are locked by a whole query. Take forUpdate() out of the query of ${modelName}.`, {
      model: modelName,
    });
};

/** The statement with the query's values in its parameters. */
export const withValues = (statement: SelectStatement, parameters: readonly ParameterNode[], values: readonly unknown[]): Embedded => {
  const slots = new Map<ParameterNode, number>();
  for (const [index, parameter] of parameters.entries()) if (!slots.has(parameter)) slots.set(parameter, index);
  return embed(statement, (parameter) => {
    if (isOutside(parameter)) return "outside";
    const slot = slots.get(parameter);
    if (slot === undefined) throw new BugError("a query inside another has a parameter that it does not know.");
    return { value: values[slot] };
  });
};

interface Template {
  readonly statement: SelectStatement;
  readonly parameters: readonly ParameterNode[];
}
const templates = new WeakMap<Shape<Step>, Template>();

/** The select that `finish` makes of a query's draft: built once for each shape, and filled with the values of this query. */
export const innerSelect = (query: InnerQuery, finish: (draft: Draft) => SelectStatement, use: string): SelectStatement => {
  let template = templates.get(query.shape);
  if (template === undefined) {
    const { draft, parameters } = draftOf(query.root, query.shape);
    assertInner(query, draft, use);
    templates.set(query.shape, (template = { statement: finish(draft), parameters }));
  }
  return withValues(template.statement, template.parameters, query.values).statement;
};
