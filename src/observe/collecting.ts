/** Watchers that see the statements of one piece of work, by async context, whatever runs beside it. */
import { AsyncLocalStorage } from "node:async_hooks";
import { watchEach } from "./finished.ts";
import type { Finished, Watcher } from "./finished.ts";

interface Scope {
  readonly watcher: Watcher;
  readonly outer: Scope | undefined;
  isOpen: boolean;
}

const storage = new AsyncLocalStorage<Scope | undefined>();

let open = 0;
let stopWatching: (() => void) | null = null;

const inScope: Watcher = (statement) => {
  const innermost = storage.getStore();
  if (innermost === undefined) return null;
  // Nearly always there is one.
  if (innermost.outer === undefined) return innermost.isOpen ? innermost.watcher(statement) : null;
  const finishers: ((finished: Finished) => void)[] = [];
  for (let scope: Scope | undefined = innermost; scope !== undefined; scope = scope.outer) {
    const finish = scope.isOpen ? scope.watcher(statement) : null;
    if (finish !== null) finishers.push(finish);
  }
  if (finishers.length === 0) return null;
  return (finished) => {
    for (const finish of finishers) finish(finished);
  };
};

const begin = (watcher: Watcher): Scope => {
  if (open++ === 0) stopWatching = watchEach(inScope);
  return { watcher, outer: storage.getStore(), isOpen: true };
};

const end = (scope: Scope): void => {
  if (!scope.isOpen) return;
  scope.isOpen = false;
  if (--open > 0) return;
  stopWatching?.();
  stopWatching = null;
};

/** Runs `work`; `watcher` sees its statements until it is done. */
export const collecting = async <T>(watcher: Watcher, work: () => T | Promise<T>): Promise<T> => {
  const scope = begin(watcher);
  try {
    return await storage.run(scope, work);
  } finally {
    end(scope);
  }
};

/** `watcher` sees what the running code asks for from here on, and what it calls, until the returned function is called. */
export const collectingFromHere = (watcher: Watcher): (() => void) => {
  const scope = begin(watcher);
  storage.enterWith(scope);
  return () => {
    end(scope);
    if (storage.getStore() === scope) storage.enterWith(scope.outer);
  };
};
