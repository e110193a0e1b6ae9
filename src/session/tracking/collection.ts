/**
 * The members of a many-to-many relation of one object, changed at once: the join table and the loaded array together.
 *
 * Members are told apart by their keys. One without a key is new, and is inserted first; one with a key has its row, whoever read it. The array
 * shows the session's own object of a row where it has one, and otherwise the object that was given, which stays its owner's to write.
 */
import { ConfigurationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { signalOf } from "../../engine/call-limit.ts";
import { withOwnReason } from "../../engine/own-reason.ts";
import type { Runner } from "../../engine/run.ts";
import type { CallOptions } from "../../query/query.ts";
import { rootOf } from "../../query/root.ts";
import type { Root } from "../../query/root.ts";
import type { Relation } from "../../schema/table.ts";
import { keyOfObject } from "./identity-map.ts";
import { addLink, removeLinks } from "./join-table.ts";
import type { Row } from "../writes/prepared-row.ts";
import { inHand, relationsOf } from "./relations.ts";
import { tableOfInstance } from "./unit-of-work.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

/** What a collection needs of its session. */
export interface CollectionHost {
  readonly unit: UnitOfWork;
  /** Writes what is in hand, so that new members have their keys, then runs `work` so that all of it happens or nothing. */
  atOnce(work: (runner: Runner) => Promise<void>, signal?: AbortSignal): Promise<void>;
}

export class RelationCollection<Member> {
  readonly #host: CollectionHost;
  readonly #root: Root;
  readonly #relation: Relation;
  readonly #owner: Row;
  readonly #options: CallOptions;

  constructor(host: CollectionHost, root: Root, relation: Relation, owner: Row, options: CallOptions) {
    this.#options = options;
    this.#host = host;
    this.#root = root;
    this.#relation = relation;
    this.#owner = owner;
  }

  /** Adds members, new objects and those of other sessions too. Those that are members already stay so. One statement. */
  async add(...members: Member[]): Promise<void> {
    const rows = this.#adopt(members, "add");
    await this.#write((runner) => addLink(runner, this.#root, this.#relation, this.#owner, rows));
    this.#show((shown) => [...this.#byKey([...shown, ...rows]).values()], rows);
  }

  /** Takes members away; their own rows stay. Those that are none are passed over. One statement. */
  async remove(...members: Member[]): Promise<void> {
    const rows = this.#members(members, "remove");
    if (rows.length === 0) return;
    await this.#write((runner) => removeLinks(runner, this.#root, this.#relation, this.#owner, rows, "these"));
    const removed = this.#byKey(rows);
    this.#show((shown) => shown.filter((row) => !removed.has(this.#keyOf(row))));
  }

  /** Makes these, and no others, the members. */
  async set(members: readonly Member[]): Promise<void> {
    const rows = this.#adopt(members, "set");
    await this.#write(async (runner) => {
      await removeLinks(runner, this.#root, this.#relation, this.#owner, rows, rows.length === 0 ? "all" : "others");
      await addLink(runner, this.#root, this.#relation, this.#owner, rows);
    });
    this.#show(() => rows, rows);
  }

  /** Takes every member away. One statement. */
  async clear(): Promise<void> {
    await this.#write((runner) => removeLinks(runner, this.#root, this.#relation, this.#owner, [], "all"));
    this.#show(() => []);
  }

  /** What tells members apart: their keys, and new ones themselves. */
  #keyOf(row: Row): unknown {
    return keyOfObject(this.#relation.target, row) ?? row;
  }

  /** Each key once, in the place of its first row, with its last one. */
  #byKey(rows: readonly Row[]): Map<unknown, Row> {
    return new Map(rows.map((row) => [this.#keyOf(row), row]));
  }

  /** Each member once, as the session's own object where it has one. */
  #members(given: readonly Member[], verb: string): Row[] {
    const { target, name } = this.#relation;
    const use = `${verb}() of ${this.#root.table.modelName}.${name}`;
    const states = this.#host.unit.identities.of(target);
    const rows = (given as readonly Row[]).map((member) => {
      const { modelName, model } = tableOfInstance(member, use);
      if (model !== target.model)
        throw new ConfigurationError(`${use} takes objects of ${target.modelName}, not of ${modelName}.`, { model: target.modelName });
      const key = keyOfObject(target, member);
      const own = key === null ? undefined : states.get(key)?.object;
      return own !== undefined && keyOfObject(target, own) === key ? own : member;
    });
    return [...this.#byKey(rows).values()];
  }

  /** The same, and new objects are to be inserted first. */
  #adopt(given: readonly Member[], verb: string): Row[] {
    const rows = this.#members(given, verb);
    const { unit } = this.#host;
    for (const row of rows) if (keyOfObject(this.#relation.target, row) === null) unit.add(row);
    return rows;
  }

  async #write(work: (runner: Runner) => Promise<void> | void): Promise<void> {
    const signal = signalOf(this.#options);
    signal?.throwIfAborted();
    const all = this.#host.atOnce(async (runner) => {
      await work(runner);
    }, signal);
    await withOwnReason(all, signal);
  }

  /** Brings the loaded array in step. Arrays that were never loaded stay so. `added` are rows that have come to be linked. */
  #show(change: (shown: readonly Row[]) => readonly Row[], added: readonly Row[] = []): void {
    const shown = inHand(this.#owner, this.#relation);
    if (!Array.isArray(shown)) return;
    const { unit } = this.#host;
    for (const row of added) if (unit.identities.stateOf(this.#relation.target, row) === undefined) unit.welcome(row);
    const array = shown as Row[];
    const before = [...array];
    refill(array, change(before));
    unit.record(() => refill(array, before));
  }
}

/** The array with other elements. They may be more than a call takes arguments. */
const refill = (array: Row[], rows: readonly Row[]): void => {
  array.length = 0;
  for (const row of rows) array.push(row);
};

/** Throws `ConfigurationError` for a relation that is not there, or is not many-to-many. */
export const collectionOf = <Member>(host: CollectionHost, owner: Row, name: string, options: CallOptions): RelationCollection<Member> => {
  const table = tableOfInstance(owner, "collection()");
  const relation = table.relation(name);
  if (relation?.kind === "manyToMany") return new RelationCollection<Member>(host, rootOf(table.model), relation, owner, options);
  const names = relationsOf(table).flatMap((each) => (each.kind === "manyToMany" ? [each.name] : []));
  throw new ConfigurationError(
    `collection(): ${table.modelName} has no many-to-many relation '${name}'.${didYouMean(name, names)}` +
      (relation === undefined
        ? ""
        : " The side with the foreign key decides about other relations: set it on the child, or add the child."),
    { model: table.modelName, property: name },
  );
};
