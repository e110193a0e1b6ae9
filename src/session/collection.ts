/** The members of a many-to-many relation of one object, changed at once: the join table and the loaded array together. */
import { ConfigurationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import type { Runner } from "../engine/run.ts";
import { rootOf } from "../query/root.ts";
import type { Root } from "../query/root.ts";
import type { Relation } from "../schema/table.ts";
import { addLink, removeLinks } from "./join-table.ts";
import type { Row } from "./prepared-row.ts";
import { inHand, relationsOf } from "./relations.ts";
import { tableOfInstance } from "./unit-of-work.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

/** What a collection needs of its session. */
export interface CollectionHost {
  readonly unit: UnitOfWork;
  /** Writes what is in hand, so that new members have their keys, then runs `work` so that all of it happens or nothing. */
  atOnce(work: (runner: Runner) => Promise<void>): Promise<void>;
}

export class RelationCollection<Member> {
  readonly #host: CollectionHost;
  readonly #root: Root;
  readonly #relation: Relation;
  readonly #owner: Row;

  constructor(host: CollectionHost, root: Root, relation: Relation, owner: Row) {
    this.#host = host;
    this.#root = root;
    this.#relation = relation;
    this.#owner = owner;
  }

  /** Adds members, new objects too. Those that are members already stay so. One statement. */
  async add(...members: Member[]): Promise<void> {
    const rows = this.#adopt(members);
    await this.#write((runner) => addLink(runner, this.#root, this.#relation, this.#owner, rows));
    this.#show((shown) => [...new Set([...shown, ...rows])]);
  }

  /** Takes members away; their own rows stay. Those that are none are passed over. One statement. */
  async remove(...members: Member[]): Promise<void> {
    const rows = members as Row[];
    if (rows.length === 0) return;
    await this.#write((runner) => removeLinks(runner, this.#root, this.#relation, this.#owner, rows, "these"));
    const removed = new Set(rows);
    this.#show((shown) => shown.filter((row) => !removed.has(row)));
  }

  /** Makes these, and no others, the members. */
  async set(members: readonly Member[]): Promise<void> {
    const rows = this.#adopt(members);
    await this.#write(async (runner) => {
      await removeLinks(runner, this.#root, this.#relation, this.#owner, rows, rows.length === 0 ? "all" : "others");
      await addLink(runner, this.#root, this.#relation, this.#owner, rows);
    });
    this.#show(() => rows);
  }

  /** Takes every member away. One statement. */
  async clear(): Promise<void> {
    await this.#write((runner) => removeLinks(runner, this.#root, this.#relation, this.#owner, [], "all"));
    this.#show(() => []);
  }

  /** New objects are inserted first. */
  #adopt(members: readonly Member[]): Row[] {
    const rows = [...new Set(members as readonly Row[])];
    const { unit } = this.#host;
    const { target } = this.#relation;
    for (const row of rows) {
      const isNew = target.primaryKey.some(({ property }) => !Object.hasOwn(row, property) || row[property] === undefined);
      if (isNew && unit.identities.stateOf(target, row) === undefined) unit.add(row);
    }
    return rows;
  }

  async #write(work: (runner: Runner) => Promise<void> | void): Promise<void> {
    await this.#host.atOnce(async (runner) => {
      await work(runner);
    });
  }

  /** Brings the loaded array in step. Arrays that were never loaded stay so. */
  #show(change: (shown: readonly Row[]) => readonly Row[]): void {
    const shown = inHand(this.#owner, this.#relation);
    if (!Array.isArray(shown)) return;
    const array = shown as Row[];
    const before = [...array];
    refill(array, change(before));
    this.#host.unit.record(() => refill(array, before));
  }
}

/** The array with other elements. They may be more than a call takes arguments. */
const refill = (array: Row[], rows: readonly Row[]): void => {
  array.length = 0;
  for (const row of rows) array.push(row);
};

/** Throws `ConfigurationError` for a relation that is not there, or is not many-to-many. */
export const collectionOf = <Member>(host: CollectionHost, owner: Row, name: string): RelationCollection<Member> => {
  const table = tableOfInstance(owner, "collection()");
  const relation = table.relation(name);
  if (relation?.kind === "manyToMany") return new RelationCollection<Member>(host, rootOf(table.model), relation, owner);
  const names = relationsOf(table).flatMap((each) => (each.kind === "manyToMany" ? [each.name] : []));
  throw new ConfigurationError(
    `collection(): ${table.modelName} has no many-to-many relation '${name}'.${didYouMean(name, names)}` +
      (relation === undefined
        ? ""
        : " The side with the foreign key decides about other relations: set it on the child, or add the child."),
    { model: table.modelName, property: name },
  );
};
