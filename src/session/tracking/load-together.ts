/**
 * Calls of `load` that belong together become one:
 *
 *     await Promise.all(users.map((user) => session.load(user, "posts")))   // one statement
 *
 * What is asked for in one turn of the event loop, of one model and by the same names, is loaded at its end.
 */
import type { Runner } from "../../engine/run.ts";
import { loadInto, modelOfAll } from "../../query/loading/load-into.ts";
import type { CallOptions } from "../../query/query.ts";

interface Group {
  readonly objects: Set<object>;
  readonly done: Promise<void>;
}

export class LoadTogether {
  readonly #runner: Runner;
  readonly #groups = new Map<unknown, Map<string, Group>>();

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** Loads relations onto the objects. A refined relation is loaded by itself, as two callbacks cannot be compared; so is one with a limit of its own. */
  load(objects: readonly object[], relations: readonly unknown[], options?: CallOptions): Promise<void> {
    if (objects.length === 0) return Promise.resolve();
    if (typeof relations[1] === "function" || options !== undefined) return loadInto(this.#runner, objects, relations, options);
    const group = this.#groupOf(modelOfAll(objects), relations);
    for (const each of objects) group.objects.add(each);
    return group.done;
  }

  #groupOf(model: unknown, relations: readonly unknown[]): Group {
    const byName = this.#groups.get(model) ?? new Map<string, Group>();
    this.#groups.set(model, byName);
    const name = JSON.stringify(relations);
    const known = byName.get(name);
    if (known !== undefined) return known;
    const objects = new Set<object>();
    const done = endOfTurn().then(() => {
      byName.delete(name);
      return loadInto(this.#runner, [...objects], relations);
    });
    const group = { objects, done };
    byName.set(name, group);
    return group;
  }
}

/** After all promises that are settled already have been followed, so that calls a few awaits apart still meet. */
const endOfTurn = (): Promise<void> => new Promise((resolve) => queueMicrotask(() => process.nextTick(resolve)));
