/** An engine whose connection dies at a statement, or lets others in before it: what happens to processes, without starting one for each. */
import type { ReservedConnection } from "../../src/driver/driver.ts";
import { createEngine, type Engine } from "../../src/entry/index.ts";

type Request = Parameters<ReservedConnection["run"]>[0];
type Answer = Awaited<ReturnType<ReservedConnection["run"]>>;
/** Runs statement `place`, from 0, or does something else. */
export type Intervene = (place: number, connection: ReservedConnection, run: () => Promise<Answer>) => Promise<Answer>;

/** Every statement on a connection of one's own goes through `intervene`. */
export const intervenedEngine = async (url: string, intervene: Intervene): Promise<Engine> => {
  const engine = await createEngine(url);
  const { driver } = engine;
  const reserve = driver.reserve.bind(driver);
  let count = 0;
  driver.reserve = async (options) => {
    const connection = await reserve(options);
    return new Proxy(connection, {
      get(target, key) {
        if (key === "run") return (request: Request) => intervene(count++, target, async () => target.run(request));
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  };
  return engine;
};

export class Died extends Error {
  constructor() {
    super("the connection is dead");
  }
}

/**
 * Statement `fatal` is never sent where the number is even; where it is odd it is done, and nobody is told. Nothing is sent after it, no ROLLBACK
 * either: the database finds out when the engine is closed.
 */
export const mortalEngine = (url: string, fatal: number): Promise<Engine> => {
  let isDead = false;
  return intervenedEngine(url, async (place, _, run) => {
    if (isDead || (place === fatal && fatal % 2 === 0)) {
      isDead = true;
      throw new Died();
    }
    if (place !== fatal) return run();
    isDead = true;
    await run();
    throw new Died();
  });
};
