/** Statements written by hand, for tests of the rooms below the query builder. */
import type {
  CollectionAggregateNode,
  ExistsNode,
  ExpressionNode,
  OrderingNode,
  ParameterNode,
  SelectItem,
  SelectStatement,
} from "../../src/ast/expression.ts";
import type { ColumnRef, KeyPair, RelationRef, Source, TableRef } from "../../src/ast/source.ts";
import { collectionSource, rootSource } from "../../src/ast/source.ts";
import type { ColumnType } from "../../src/types/column-type.ts";

export const columnRef = (name: string, type: ColumnType | ColumnType["kind"] = "int", nullable = false): ColumnRef => ({
  name,
  property: name,
  type: typeof type === "string" ? { kind: type } : type,
  nullable,
});

export const relationRef = (
  name: string,
  target: TableRef,
  keys: readonly KeyPair[],
  more: { readonly toMany?: boolean; readonly optional?: boolean; readonly through?: RelationRef["through"] } = {},
): RelationRef => ({ name, target, keys, toMany: more.toMany ?? false, optional: more.optional ?? false, through: more.through ?? null });

export const col = (source: Source, column: ColumnRef): ExpressionNode => ({ node: "column", source, column });

export const param = (
  type: ColumnType | ColumnType["kind"] | null,
  value: unknown = null,
  form: ParameterNode["form"] = "one",
): ParameterNode => ({
  node: "parameter",
  form,
  type: typeof type === "string" ? { kind: type } : type,
  value,
});

export const compare = (left: ExpressionNode, operator: "=" | "<>" | "<" | "<=" | ">" | ">=", right: ExpressionNode): ExpressionNode => ({
  node: "comparison",
  operator,
  left,
  right,
});
export const and = (...operands: ExpressionNode[]): ExpressionNode => ({ node: "logical", operator: "and", operands });
export const or = (...operands: ExpressionNode[]): ExpressionNode => ({ node: "logical", operator: "or", operands });
export const not = (operand: ExpressionNode, total = false): ExpressionNode => ({ node: "not", operand, total });
export const exists = (
  parent: Source,
  relation: RelationRef,
  where: (row: Source) => ExpressionNode | null,
  negated = false,
): ExistsNode => {
  const source = collectionSource(parent, relation);
  return { node: "exists", source, where: where(source), negated };
};
export const countOf = (parent: Source, relation: RelationRef): CollectionAggregateNode => ({
  node: "collectionAggregate",
  source: collectionSource(parent, relation),
  aggregate: { node: "aggregate", name: "count", argument: null, distinct: false, filter: null, type: { kind: "int" } },
  where: null,
});
export const order = (
  expression: ExpressionNode,
  direction: "asc" | "desc" = "asc",
  nulls: OrderingNode["nulls"] = null,
): OrderingNode => ({
  expression,
  direction,
  nulls,
});
export const item = (
  expression: ExpressionNode,
  type: ColumnType | ColumnType["kind"] | null = null,
  alias: string | null = null,
): SelectItem => ({
  expression,
  alias,
  type: typeof type === "string" ? { kind: type } : type,
});

export const selectFrom = (
  source: Source,
  items: readonly (ExpressionNode | SelectItem)[],
  more: Partial<SelectStatement> = {},
): SelectStatement => ({
  statement: "select",
  source,
  items: items.map((each) => ("node" in each ? item(each, each.node === "column" ? each.column.type : null) : each)),
  distinct: false,
  where: null,
  groupBy: [],
  having: null,
  orderBy: [],
  limit: null,
  offset: null,
  deleted: "exclude",
  lock: null,
  limitBy: null,
  limitByIndex: false,
  wrap: null,
  ...more,
});

/** A blog, as far as statements know it. Posts can be marked as deleted. */
export const c = {
  id: columnRef("id"),
  name: columnRef("name", "text"),
  age: columnRef("age", "int", true),
  title: columnRef("title", "text"),
  views: columnRef("views"),
  authorId: columnRef("author_id"),
  userId: columnRef("user_id"),
  postId: columnRef("post_id"),
  tagId: columnRef("tag_id"),
  managerId: columnRef("manager_id", "int", true),
  bio: columnRef("bio", "text"),
  deletedAt: columnRef("deleted_at", "timestamp", true),
  createdAt: columnRef("created_at", "timestamp"),
  price: columnRef("price", { kind: "decimal", precision: 10, scale: 2 }),
  data: columnRef("data", "json", true),
};
export const users: TableRef = { name: "users", schema: null, softDelete: null };
export const posts: TableRef = { name: "posts", schema: null, softDelete: c.deletedAt };
export const profiles: TableRef = { name: "profiles", schema: null, softDelete: null };
export const tags: TableRef = { name: "tags", schema: null, softDelete: null };
export const postTags: TableRef = { name: "post_tags", schema: null, softDelete: null };
export const author = relationRef("author", users, [[c.authorId, c.id]]);
export const profile = relationRef("profile", profiles, [[c.id, c.userId]], { optional: true });
export const manager = relationRef("manager", users, [[c.managerId, c.id]], { optional: true });
export const userPosts = relationRef("posts", posts, [[c.id, c.authorId]], { toMany: true, optional: true });
export const reports = relationRef("reports", users, [[c.id, c.managerId]], { toMany: true, optional: true });
export const postRelation = relationRef("post", posts, [[c.postId, c.id]]);
export const tagsOfPost = relationRef("tags", tags, [[c.id, c.postId]], {
  toMany: true,
  optional: true,
  through: { table: postTags, keys: [[c.tagId, c.id]] },
});

export const user = (): Source => rootSource(users);
export const post = (): Source => rootSource(posts);
