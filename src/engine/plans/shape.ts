/**
 * Where plans are kept: a trie of query shapes.
 *
 *     User ─ filter age__gte ─ order -createdAt ─ limit ─ all        ← the plan of every such query, whatever its values
 *                            └ limit ─ first
 *
 * A query carries its place in the trie and its list of values. Each method goes one step down, so a warm query never builds or compares a
 * statement (`npm run bench -- building`). Values never enter the trie. A trie that has grown past its limit begins a new age, in which each place
 * forgets its older children when it is next asked for one: shapes that depend on outside input cost a compilation again, not memory. Queries
 * already built keep their place and its plan, also those that a program keeps for ever.
 */
import type { Dialect } from "../../dialect/dialect.ts";
import type { Plan } from "./plan.ts";

/** What leads to a child: its identity is the key, and it makes the child's step when the child is new. */
export interface StepMaker<S> {
  makeStep(): S;
}

const shapeLimit = 2000;

/** What the places of one trie share. */
class Trie {
  count = 0;
  age = 0;
}

export class Shape<S> {
  readonly parent: Shape<S> | null;
  /** What this place adds to its parent; `null` at the root. */
  readonly step: S | null;
  readonly #trie: Trie;
  #age: number;
  #children: Map<unknown, Shape<S>> | null = null;
  // Most places have one child in use; remembering it saves the map's hashing.
  #lastKey: unknown = null;
  #lastChild: Shape<S> | null = null;
  #dialect: Dialect | null = null;
  #plan: Plan | null = null;

  constructor(parent: Shape<S> | null = null, step: S | null = null) {
    this.parent = parent;
    this.step = step;
    this.#trie = parent === null ? new Trie() : parent.#trie;
    this.#age = this.#trie.age;
  }

  /** The child that `maker` leads to. */
  child(maker: StepMaker<S>): Shape<S> {
    if (this.#lastKey === maker) return this.#lastChild!;
    return this.#find(maker) ?? this.#add(maker, maker.makeStep());
  }

  /** The child under a text that says everything about the step except its values. */
  childFor(text: string, makeStep: () => S): Shape<S> {
    return this.#find(text) ?? this.#add(text, makeStep());
  }

  /** The plan kept for this dialect; `null` when there is none yet. A program that speaks two dialects about one model compiles more often. */
  planFor(dialect: Dialect): Plan | null {
    return this.#dialect === dialect ? this.#plan : null;
  }

  keepPlan(dialect: Dialect, plan: Plan): Plan {
    this.#plan = plan;
    this.#dialect = dialect;
    return plan;
  }

  /** How many places have been made in the trie's present age, for tests and monitors. */
  get size(): number {
    return this.#trie.count;
  }

  /** The steps from the root to here. */
  steps(): S[] {
    const steps: S[] = [];
    for (let shape: Shape<S> | null = this; shape !== null; shape = shape.parent) if (shape.step !== null) steps.push(shape.step);
    return steps.reverse();
  }

  #find(key: unknown): Shape<S> | undefined {
    if (this.#age !== this.#trie.age) this.#forget();
    const child = this.#children?.get(key);
    if (child === undefined) return undefined;
    this.#lastKey = key;
    this.#lastChild = child;
    return child;
  }

  #add(key: unknown, step: S): Shape<S> {
    const trie = this.#trie;
    if (trie.count >= shapeLimit) {
      trie.count = 0;
      trie.age++;
      this.#forget();
    }
    const child = new Shape(this, step);
    this.#children ??= new Map();
    this.#children.set(key, child);
    trie.count++;
    this.#lastKey = key;
    this.#lastChild = child;
    return child;
  }

  #forget(): void {
    this.#age = this.#trie.age;
    this.#children = null;
    this.#lastKey = null;
    this.#lastChild = null;
  }
}
