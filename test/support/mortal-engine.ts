/** An engine whose connection dies at a statement: what a killed process leaves, without starting a process for each. */
import { createEngine, type Engine } from "../../src/entry/index.ts";

export class Died extends Error {
  constructor() {
    super("the connection is dead");
  }
}

/**
 * Statement `fatal` is never sent where the number is even; where it is odd it is done, and nobody is told. Nothing is sent after it, no ROLLBACK
 * either: the database finds out when the engine is closed.
 */
export const mortalEngine = async (url: string, fatal: number): Promise<Engine> => {
  const engine = await createEngine(url);
  const { driver } = engine;
  const reserve = driver.reserve.bind(driver);
  let count = 0;
  let isDead = false;
  driver.reserve = async (options) => {
    const connection = await reserve(options);
    return new Proxy(connection, {
      get(target, key) {
        if (key !== "run") {
          const value: unknown = Reflect.get(target, key);
          return typeof value === "function" ? value.bind(target) : value;
        }
        return async (...[request]: Parameters<typeof target.run>) => {
          const isFatal = count++ === fatal;
          if (isDead || (isFatal && fatal % 2 === 0)) {
            isDead = true;
            throw new Died();
          }
          if (isFatal) isDead = true;
          const answer = await target.run(request);
          if (isFatal) throw new Died();
          return answer;
        };
      },
    });
  };
  return engine;
};
