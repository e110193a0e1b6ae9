/** From what `filter`, `exclude`, `having` and `Q` were given to a condition: its shape's key, its values and how to build it. */
import type { ExpressionNode, ParameterNode } from "../../ast/expression.ts";
import type { Source } from "../../ast/source.ts";
import type { Step } from "../draft.ts";
import { allOf, kept } from "./lookup.ts";
import type { LookupForm } from "./lookup.ts";
import type { LookupScope } from "./lookup-scope.ts";
import type { Combination } from "./q.ts";
import { isSkip } from "./skip.ts";
import type { Test } from "./operators.ts";

/** A condition whose lookups are resolved. `key` says all about it except its values. */
export interface Resolved {
  readonly key: string;
  readonly values: readonly unknown[];
  readonly aggregate: boolean;
  readonly build: (source: Source) => Test;
}

/** The forms of all lookups of an object, and their values. Skipped ones are left out. */
const formsOf = (scope: LookupScope, lookups: object): { forms: LookupForm[]; values: readonly unknown[] } => {
  const forms: LookupForm[] = [];
  let values: readonly unknown[] = [];
  for (const key of Object.keys(lookups)) {
    const given = (lookups as Record<string, unknown>)[key];
    if (isSkip(given)) continue;
    const value = kept(given);
    const form = scope.lookup(key).formOf(value);
    values = form.valuesWith(values, value);
    forms.push(form);
  }
  return { forms, values };
};

/**
 * Resolves a combination of lookups; `null` when nothing is left of it (no lookups, or all skipped), which means no condition.
 * The values stand in the order in which the parameters of `build` do.
 */
export const resolve = (scope: LookupScope, combination: Combination): Resolved | null => {
  switch (combination.combine) {
    case "lookups":
      return resolveLookups(scope, combination.lookups);
    case "not": {
      const operand = resolve(scope, combination.operand);
      return operand && { ...operand, key: `!${operand.key}`, build: (source) => negation(operand.build(source)) };
    }
    default: {
      const { combine } = combination;
      const operands = combination.operands.map((operand) => resolve(scope, operand)).filter((operand) => operand !== null);
      if (operands.length < 2) return operands[0] ?? null;
      return {
        key: `${combine}[${operands.map((operand) => operand.key).join()}]`,
        values: operands.flatMap((operand) => operand.values),
        aggregate: operands.some((operand) => operand.aggregate),
        build: (source) => {
          const tests = operands.map((operand) => operand.build(source));
          return joined(combine, tests);
        },
      };
    }
  }
};

const resolveLookups = (scope: LookupScope, lookups: object): Resolved | null => {
  const { forms, values } = formsOf(scope, lookups);
  if (forms.length === 0) return null;
  return {
    key: `(${forms.map((form) => form.id).join("&")})`,
    values,
    aggregate: forms.some((form) => form.lookup.subject.aggregate),
    build: (source) => allOf(source, forms),
  };
};

const joined = (operator: "and" | "or", tests: readonly Test[]): Test => ({
  node: { node: "logical", operator, operands: tests.map((test) => test.node) },
  parameters: tests.flatMap((test) => test.parameters),
});

/** "Does not match": unknown counts as not matching, so that a row is either kept by a condition or by its negation. */
const negation = (test: Test): Test => ({ node: { node: "not", operand: test.node, total: true }, parameters: test.parameters });

/** The step that keeps rows for which the condition holds, or does not. */
export const conditionStep = (resolved: Resolved, source: Source, negated: boolean): Step => {
  const test = negated ? negation(resolved.build(source)) : resolved.build(source);
  return stepOf(test.node, test.parameters, resolved.aggregate);
};

export const stepOf = (node: ExpressionNode, parameters: readonly ParameterNode[], having: boolean): Step => ({
  parameters,
  apply: (draft) => void (having ? draft.having : draft.where).push(node),
});
