/**
 * From a relation's arrow function to the columns that it equates. Done when the relation is first asked for, so that models may import each other.
 *
 *     hasMany, hasOne    this.key      ──  target.foreignKey
 *     belongsTo          this.foreignKey ──  target.key
 *     manyToMany         this.key ── through.a,  through.b ── target.key
 */
import { isSameTable } from "../../ast/source.ts";
import type { KeyPair, TableRef } from "../../ast/source.ts";
import { describe } from "../../types/column-type.ts";
import { definitionOf } from "../columns/column-builder.ts";
import { actionProblem } from "../columns/column-problem.ts";
import { propertyError } from "../columns/declared-columns.ts";
import type { AnyModel } from "../entity.ts";
import { keyPairs } from "./key-pairs.ts";
import { modelDefinitionOf } from "../model-definition.ts";
import { camelCase, nameProblem, singular } from "../naming.ts";
import { RelationDefinition } from "./relation.ts";
import type { Relation, Table } from "../table.ts";

/** Gives the table of a model, with its columns but without a look at its relations. */
export type TableFor = (model: AnyModel) => Table;

/** What the arrow function returns. Throws `ConfigurationError` when that is no relation to a model, or when it throws. */
export const declaredRelation = (table: Table, name: string): RelationDefinition => {
  const arrow = modelDefinitionOf(table.model)!.shape[name] as () => unknown;
  let found: unknown;
  try {
    found = arrow();
  } catch (cause) {
    const reason = cause instanceof ReferenceError ? `the model it names is not there yet (${cause.message})` : "its arrow function threw";
    const remedy = "Use the model only after the files of all models have loaded, and check for a missing import.";
    throw propertyError(table.modelName, name, `cannot be resolved: ${reason}. ${remedy}`, cause);
  }
  if (definitionOf(found)) throw propertyError(table.modelName, name, "is an arrow function that returns a column. Remove the arrow.");
  if (!(found instanceof RelationDefinition)) {
    const remedy = "Return hasMany(…), hasOne(…), belongsTo(…) or manyToMany(…).";
    throw propertyError(table.modelName, name, `is an arrow function that returns ${describe(found)}, not a relation. ${remedy}`);
  }
  if (!modelDefinitionOf(found.model)) {
    throw propertyError(
      table.modelName,
      name,
      `leads to something that is not a model (${describe(found.model)}). Pass a class made with Model().`,
    );
  }
  const problem = actionProblem(found.options);
  if (problem !== null) throw propertyError(table.modelName, name, `${problem}.`);
  return found;
};

type Resolved = Pick<Relation, "optional" | "keys" | "through">;

const resolveBelongsTo = (table: Table, name: string, declared: RelationDefinition, target: Table): Resolved => {
  const keys = keyPairs(table, target, declared, { table, relation: name });
  return { optional: keys.some(([near]) => near.nullable), keys, through: null };
};

/** The `belongsTo` of `owner` that leads to `target` through the same columns: it says which columns they point at. */
const otherSide = (owner: Table, target: Table, { key }: RelationDefinition, tableFor: TableFor): RelationDefinition | undefined =>
  owner.relationNames
    .map((name) => declaredRelation(owner, name))
    .find(
      (other) =>
        other.kind === "belongsTo" &&
        other.key!.length === key!.length &&
        key!.every((property) => other.key!.includes(property)) &&
        isSameTable(tableFor(other.model), target),
    );

const resolveOwned = (table: Table, name: string, declared: RelationDefinition, target: Table, tableFor: TableFor): Resolved => {
  const at = { table, relation: name };
  const keys = keyPairs(target, table, otherSide(target, table, declared, tableFor) ?? declared, at);
  return { optional: true, keys: turned(keys), through: null };
};

const turned = (keys: readonly KeyPair[]): readonly KeyPair[] => keys.map(([near, far]): KeyPair => [far, near]);

/** The two `belongsTo` of a join table's model: the one that leads here and the one that leads to the target. A model joined to itself: in the order declared. */
const throughModel = (table: Table, name: string, through: Table, target: Table, tableFor: TableFor): Resolved => {
  const links = through.relationNames
    .map((link) => ({ link, declared: declaredRelation(through, link) }))
    .filter(({ declared }) => declared.kind === "belongsTo")
    .map(({ link, declared }) => ({ link, to: tableFor(declared.model), declared }));
  const near = links.find(({ to }) => isSameTable(to, table));
  const far = links.find((it) => it !== near && isSameTable(it.to, target));
  if (!near || !far) {
    const missing = near ? target.modelName : table.modelName;
    throw propertyError(
      table.modelName,
      name,
      `goes through ${through.modelName}, which has no belongsTo(${missing}, …) for it. Add one there.`,
    );
  }
  const pairs = ({ link, declared, to }: (typeof links)[number]): readonly KeyPair[] =>
    keyPairs(through, to, declared, { table: through, relation: link });
  return { optional: true, keys: turned(pairs(near)), through: { table: through, keys: pairs(far) } };
};

/** A join table without a model has columns called after the tables it joins: `post_id`, `tag_id`. */
const throughName = (table: Table, name: string, through: string, target: Table): Resolved => {
  const problem = nameProblem(through);
  if (problem !== null) throw propertyError(table.modelName, name, `goes through a table whose name ${problem}.`);
  if (isSameTable(table, target) || table.primaryKey.length > 1 || target.primaryKey.length > 1) {
    const reason = "whose columns its name alone does not tell (a model joined to itself, or a key of several columns)";
    throw propertyError(
      table.modelName,
      name,
      `goes through the table '${through}', ${reason}. Write a model for the join table and pass that.`,
    );
  }
  if (table.schema !== target.schema) {
    const reason = "and the two models are in different schemas, so it could be in either";
    throw propertyError(
      table.modelName,
      name,
      `goes through the table '${through}', ${reason}. Write a model for the join table and pass that.`,
    );
  }
  const joins = (side: Table): KeyPair => {
    const [key] = side.primaryKey;
    const column = `${singular(side.name)}_id`;
    return [key!, Object.freeze({ name: column, property: camelCase(column), type: key!.type, nullable: false })];
  };
  const [farColumn, farKey] = joins(target);
  const joinTable: TableRef = Object.freeze({ name: through, schema: table.schema, softDelete: null });
  return { optional: true, keys: [joins(table)], through: { table: joinTable, keys: [[farKey, farColumn]] } };
};

const resolveManyToMany = (table: Table, name: string, declared: RelationDefinition, target: Table, tableFor: TableFor): Resolved => {
  const { through } = declared;
  if (typeof through === "string") return throughName(table, name, through, target);
  if (through !== null && modelDefinitionOf(through)) return throughModel(table, name, tableFor(through), target, tableFor);
  throw propertyError(
    table.modelName,
    name,
    "goes through something that is neither a model nor a table's name. Pass { through: PostTag }.",
  );
};

/** The relation called `name` of `table`, resolved. Throws `ConfigurationError` naming the model and the relation. */
export const resolveRelation = (table: Table, name: string, tableFor: TableFor): Relation => {
  const declared = declaredRelation(table, name);
  const target = tableFor(declared.model);
  if (table.database !== target.database)
    throw propertyError(
      table.modelName,
      name,
      `refers to ${target.modelName}, which is in another database, and no statement reads two. Keep the key as a column, and ask twice.`,
    );
  const { kind } = declared;
  const resolved =
    kind === "belongsTo"
      ? resolveBelongsTo(table, name, declared, target)
      : kind === "manyToMany"
        ? resolveManyToMany(table, name, declared, target, tableFor)
        : resolveOwned(table, name, declared, target, tableFor);
  return Object.freeze({ kind, name, target, toMany: kind === "hasMany" || kind === "manyToMany", ...resolved });
};
