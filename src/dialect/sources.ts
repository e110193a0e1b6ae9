/**
 * Which tables a statement needs: the sources that its expressions mention, each select or subquery by itself.
 *
 *     posts ← scope of the statement; joins: author, author.profile
 *       └ comments ← scope of an EXISTS; joins: comments.author
 */
import type { CollectionAggregateNode, ExistsNode, ExpressionNode, LateralJoin, SelectStatement } from "../ast/expression.ts";
import { isSameTable } from "../ast/source.ts";
import type { Source, TableRef } from "../ast/source.ts";
import type { Statement } from "../ast/statement.ts";
import { operandsOf } from "./walk.ts";

/** One FROM clause. `joins` are joined sources below `root`, parents before their children, in order of first appearance. */
export interface Scope {
  readonly root: Source;
  readonly joins: Set<Source>;
}

export class Sources {
  readonly #scopes = new Map<Source, Scope>();
  /** How many tables the statement names, those of join tables included. */
  tableCount = 0;
  /** The tables that are there under their own names, lower case: a common table must not hide one. */
  readonly tableNames = new Set<string>();
  /** The sources that are selects of their own, by the row beside them. */
  readonly laterals = new Map<Source, LateralJoin>();
  readonly #common = new Set<TableRef>();

  scope(root: Source): Scope {
    const known = this.#scopes.get(root);
    if (known !== undefined) return known;
    const scope: Scope = { root, joins: new Set() };
    this.#scopes.set(root, scope);
    this.tableCount += root.relation?.through ? 2 : 1;
    this.#name(root.table);
    if (root.relation?.through) this.#name(root.relation.through.table);
    return scope;
  }

  #name(table: TableRef): void {
    if (!this.#common.has(table)) this.tableNames.add(table.name.toLowerCase());
  }

  /** The scope whose FROM clause holds `source`. */
  scopeOf(source: Source): Scope {
    let root = source;
    while (!this.#scopes.has(root) && root.parent !== null) root = root.parent;
    return this.scope(root);
  }

  /** The roots that stand for `table` itself, in a statement without a FROM. */
  rootsOf(table: TableRef): Source[] {
    return [...this.#scopes.keys()].filter((root) => root.parent === null && isSameTable(root.table, table));
  }

  #use(source: Source): void {
    const scope = this.scopeOf(source);
    if (source === scope.root || scope.joins.has(source)) return;
    this.#use(source.parent!);
    scope.joins.add(source);
    this.tableCount++;
    if (this.laterals.has(source)) return;
    this.#name(source.table);
    const through = source.relation?.through ?? null;
    if (through === null) return;
    this.tableCount++;
    this.#name(through.table);
  }

  #collection(node: ExistsNode | CollectionAggregateNode): void {
    if (node.source.parent !== null) this.#use(node.source.parent);
    this.scope(node.source);
    if (node.node === "collectionAggregate") this.visit(node.aggregate);
    if (node.where !== null) this.visit(node.where);
  }

  visit(node: ExpressionNode): void {
    if (node.node === "column") this.#use(node.source);
    else if (node.node === "exists" || node.node === "collectionAggregate") this.#collection(node);
    else if (node.node === "subquery" || node.node === "existsIn") this.select(node.select);
    else if (node.node === "inSubquery") {
      this.visit(node.operand);
      this.select(node.select);
    } else for (const operand of operandsOf(node)) this.visit(operand);
  }

  /** It counts whether or not anything names it, and stands behind what it names itself. */
  #lateral(lateral: LateralJoin): void {
    this.laterals.set(lateral.source, lateral);
    this.select(lateral.select);
    this.#use(lateral.source);
  }

  visitAll(nodes: readonly (ExpressionNode | null)[]): void {
    for (const node of nodes) if (node !== null) this.visit(node);
  }

  select(statement: SelectStatement): void {
    for (const common of statement.with ?? []) {
      this.#common.add(common.table);
      for (const part of common.parts) this.select(part.select);
    }
    this.scope(statement.source);
    for (const lateral of statement.laterals ?? []) this.#lateral(lateral);
    this.visitAll(statement.items.map((item) => item.expression));
    this.visitAll([statement.where, ...statement.groupBy, statement.having, statement.limitBy]);
    this.visitAll(statement.orderBy.map((ordering) => ordering.expression));
  }
}

/** The sources of a whole statement. */
export const sourcesOf = (statement: Statement): Sources => {
  const sources = new Sources();
  if (statement.statement === "select") sources.select(statement);
  else if (statement.statement === "raw") sources.visit(statement.sql);
  else if (statement.statement === "insert") {
    for (const row of statement.rows) sources.visitAll(row.map((value) => (value.node === "default" ? null : value)));
    sources.visitAll(statement.conflict?.update.map(([, value]) => value) ?? []);
    sources.visitAll(statement.returning.map((item) => item.expression));
  } else if (statement.statement === "insertSelect") {
    sources.select(statement.select);
    sources.visitAll(statement.returning.map((item) => item.expression));
  } else {
    sources.scope(statement.source);
    if (statement.statement === "update") sources.visitAll(statement.set.map(([, value]) => value));
    sources.visitAll([statement.where, ...statement.returning.map((item) => item.expression)]);
  }
  return sources;
};
