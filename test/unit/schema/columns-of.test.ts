import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { typeOfExpression } from "../../../src/ast/expression-builder.ts";
import type { CollectionAggregateNode, ColumnNode, ComparisonNode, ExistsNode } from "../../../src/ast/expression.ts";
import { nodeOf } from "../../../src/ast/node-holder.ts";
import { int, text } from "../../../src/schema/columns/column-factories.ts";
import { canonicalSource, columnsOf } from "../../../src/schema/columns-of.ts";
import { Model } from "../../../src/schema/model.ts";
import { belongsTo, hasMany } from "../../../src/schema/relations/relation.ts";
import { tableOf } from "../../../src/schema/registry.ts";

class User extends Model("users", { id: int().primaryKey(), name: text(), posts: () => hasMany(Post, "authorId") }) {}
class Post extends Model("posts", {
  id: int().primaryKey(),
  views: int(),
  authorId: int(),
  reviewerId: int().nullable(),
  author: () => belongsTo(User, "authorId"),
  reviewer: () => belongsTo(User, "reviewerId"),
}) {}

test("columns belong to the one root that statements about the model share", () => {
  assert.equal(User.columns, columnsOf(tableOf(User)));
  assert.equal(User.columns.name, User.columns.name);
  assert.equal((nodeOf(User.columns.name) as ColumnNode).source, canonicalSource(tableOf(User)));
});

test("a to-one relation leads to the columns of a joined source, the same each time", () => {
  const author = nodeOf(Post.columns.author.name) as ColumnNode;
  const root = canonicalSource(tableOf(Post));
  assert.equal(author.source.parent, root);
  assert.equal(author.source, root.children.get(tableOf(Post).relation("author")!));
  assert.equal(author.source, (nodeOf(Post.columns.author.id) as ColumnNode).source);
});

test("a column behind an optional relation may be NULL", () => {
  assert.equal(typeOfExpression(Post.columns.author.name)?.nullable, false);
  assert.equal(typeOfExpression(Post.columns.reviewer.name)?.nullable, true);
});

test("a to-many relation asks in a subquery, each time about other rows", () => {
  const some = nodeOf(User.columns.posts.some((post) => post.views.gt(1))) as ExistsNode;
  assert.equal(some.source.parent, canonicalSource(tableOf(User)));
  assert.equal(((some.where as ComparisonNode).left as ColumnNode).source, some.source);
  assert.notEqual(some.source, (nodeOf(User.columns.posts.some()) as ExistsNode).source);
  assert.deepEqual([some.negated, (nodeOf(User.columns.posts.none()) as ExistsNode).negated], [false, true]);
});

test("every means no row for which the condition is false or unknown", () => {
  const every = nodeOf(User.columns.posts.every((post) => post.views.gt(1))) as ExistsNode;
  assert.equal(every.negated, true);
  assert.equal(every.where?.node, "not");
  assert.equal(every.where.total, true);
});

test("count counts rows", () => {
  const count = nodeOf(User.columns.posts.count()) as CollectionAggregateNode;
  assert.deepEqual(count.aggregate, {
    node: "aggregate",
    name: "count",
    argument: null,
    distinct: false,
    filter: null,
    type: { kind: "int" },
  });
  assert.equal(count.where, null);
});

test("an unknown name throws with the nearest one; what JavaScript asks for does not", async () => {
  const columns = User.columns as unknown as Record<string, unknown>;
  assert.throws(() => columns["nmae"], {
    code: "E1001",
    model: "User",
    property: "nmae",
    message: /^User has no column or relation 'nmae'\. Did you mean 'name'\?/,
  });
  assert.throws(() => columns["toString"], /User has no column or relation 'toString'\./);
  assert.equal(await columns, columns);
  assert.equal(inspect(columns), "Columns of User { id, name, posts }");
  assert.deepEqual(Object.keys(columns), ["id", "name", "posts"]);
});

test("a callback that gives no condition is refused", () => {
  const { posts } = User.columns;
  assert.throws(
    () => posts.some((() => true) as never),
    /^ConfigurationError: some\(\) takes conditions such as user\.age\.gte\(18\), got a boolean\./,
  );
  assert.throws(() => posts.some("x" as never), /some\(\) takes a function/);
  assert.throws(() => posts.every(undefined as never), /every\(\) takes a function that gives a condition/);
});
