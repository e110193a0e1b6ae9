/**
 * What belongs to the objects at hand: new objects that are reached through their relations are inserted with them, and foreign keys follow.
 *
 *     new Post({ author: user })      the post waits for the user's key
 *     user.posts.push(new Post(…))    the new post is added, and gets the user's key
 *     post.author = bob               the post's authorId becomes bob's id
 */
import { ConfigurationError, ValidationError } from "../../base/errors.ts";
import type { Relation, Table, TableColumn } from "../../schema/table.ts";
import type { EntityState } from "../tracking/entity-state.ts";
import { keyOfObject } from "../tracking/identity-map.ts";
import type { Row } from "../writes/prepared-row.ts";
import { inHand, isSameKey, keyColumnsOf, membersOf, own, relationsOf } from "../tracking/relations.ts";
import { tableOfInstance } from "../tracking/unit-of-work.ts";
import type { UnitOfWork } from "../tracking/unit-of-work.ts";

/** A foreign key that is known only when its parent has been inserted. */
export interface PendingKey {
  readonly child: Row;
  readonly column: TableColumn;
  readonly parent: Row;
  readonly parentColumn: TableColumn;
}

/** A row of a join table to be written when both sides have their keys. */
export interface Link {
  readonly relation: Relation;
  readonly owner: Row;
  readonly member: Row;
}

export class Cascade {
  readonly pending: PendingKey[] = [];
  readonly links: Link[] = [];
  /** Foreign keys that were filled in, to be taken back when the flush fails. */
  readonly filled: { readonly object: Row; readonly property: string; readonly before: unknown }[] = [];
  readonly #unit: UnitOfWork;
  /** Tracked objects whose key was changed since they were read. */
  readonly #moved = new Set<Row>();
  readonly #linked = new Map<Row, Set<Row>>();

  constructor(unit: UnitOfWork) {
    this.#unit = unit;
  }

  /** Follows the relations of everything tracked and added. New objects join `unit.added` while it runs, and are followed too. */
  run(): void {
    const { identities, added, deleted } = this.#unit;
    for (const [table, states] of identities.tables()) {
      for (const [key, { object }] of states) if (keyOfObject(table, object) !== key) this.#moved.add(object);
    }
    for (const object of this.#moved) added.delete(object);
    for (const [table, states] of identities.tables()) {
      if (table.relationNames.length === 0) continue;
      for (const state of states.values()) if (!deleted.has(state.object)) this.#visit(table, state.object, state);
    }
    for (const object of added) this.#visit(tableOfInstance(object, "flush()"), object, null);
  }

  /** Takes back what was filled in. */
  undo(): void {
    for (const { object, property, before } of this.filled.toReversed()) {
      if (before === undefined) delete object[property];
      else object[property] = before;
    }
  }

  #visit(table: Table, object: Row, state: EntityState | null): void {
    for (const relation of relationsOf(table)) {
      const value = inHand(object, relation);
      if (typeof value !== "object" || value === null) continue;
      if (relation.kind === "belongsTo") this.#parent(table, object, state, relation, value as Row);
      else if (relation.kind === "manyToMany") this.#members(object, state, relation);
      else this.#children(table, object, relation);
    }
  }

  #isOurs(target: Table, object: Row): boolean {
    return this.#unit.added.has(object) || this.#isTracked(target, object);
  }

  #isTracked(target: Table, object: Row): boolean {
    return this.#unit.identities.stateOf(target, object) !== undefined || this.#moved.has(object);
  }

  /** Whether there is nothing to insert: the object is the session's, or somebody else's with a row. */
  #isThere(target: Table, object: Row): boolean {
    return this.#isTracked(target, object) || this.#unit.isGuest(object);
  }

  #parent(table: Table, object: Row, state: EntityState | null, relation: Relation, parent: Row): void {
    const isKnown = hasGeneratedKey(relation.target, parent) || this.#unit.isGuest(parent) || this.#isOurs(relation.target, parent);
    if (!isKnown) this.#unit.added.add(parent);
    for (const [near, far] of keyColumnsOf(table, relation)) {
      const key = own(parent, far.property);
      if (key === null) this.pending.push({ child: object, column: near, parent, parentColumn: far });
      else this.#align(table, object, state, near, key, relation.name);
    }
  }

  /** The relation says `key`; the column may say something else. What was changed last is meant, as far as one can tell. */
  #align(table: Table, object: Row, state: EntityState | null, near: TableColumn, key: unknown, name: string): void {
    const current = own(object, near.property);
    if (isSameKey(current, key)) return;
    const kept = state === null ? null : state.tracking.kept(state, near);
    const isAssigned = current !== null && !isSameKey(current, kept ?? null);
    if (!isAssigned) return this.#fill(object, near.property, key);
    if (state !== null && isSameKey(key, kept ?? null)) return undefined;
    throw new ValidationError(
      `${table.modelName} was not written: ${near.property} differs from the key of '${name}', which was given too. Set one of them.`,
      { model: table.modelName, property: near.property, properties: [near.property, name] },
    );
  }

  #fill(object: Row, property: string, value: unknown): void {
    this.filled.push({ object, property, before: Object.hasOwn(object, property) ? object[property] : undefined });
    object[property] = value;
  }

  /** New children get the parent's key. Children that have rows keep theirs: the side with the foreign key decides. */
  #children(table: Table, parent: Row, relation: Relation): void {
    const keys = keyColumnsOf(table, relation);
    for (const child of membersOf(parent, relation)) {
      if (this.#isThere(relation.target, child)) continue;
      this.#unit.added.add(child);
      for (const [parentColumn, column] of keys) {
        const key = own(parent, parentColumn.property);
        if (key === null) this.pending.push({ child, column, parent, parentColumn });
        else this.#align(relation.target, child, null, column, key, relation.name);
      }
    }
  }

  #members(owner: Row, state: EntityState | null, relation: Relation): void {
    for (const member of membersOf(owner, relation)) {
      const isOurs = this.#isOurs(relation.target, member) || this.#unit.isGuest(member);
      if (state !== null) {
        if (isOurs) continue;
        const { modelName } = state.tracking.table;
        throw new ConfigurationError(
          `${modelName}.${relation.name} holds an object that is not the session's. Use session.collection(…, "${relation.name}").add(…), which writes the join table too.`,
          { model: modelName, property: relation.name },
        );
      }
      if (!isOurs && !hasGeneratedKey(relation.target, member)) this.#unit.added.add(member);
      if (this.#linked.get(member)?.has(owner) === true || this.#linked.get(owner)?.has(member) === true) continue;
      this.#linked.set(owner, (this.#linked.get(owner) ?? new Set()).add(member));
      this.links.push({ relation, owner, member });
    }
  }
}

/** Whether a stranger has its row already: it was read by an engine, or by another session. */
const hasGeneratedKey = (table: Table, object: Row): boolean =>
  table.primaryKey.some((column) => column.generated && own(object, column.property) !== null);
