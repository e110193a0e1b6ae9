/**
 * A process that applies migrations, and kills itself at a statement: `node apply-migrations-process.ts URL FOLDER [N [WORD]]`. It dies when the statement
 * number N is on its way, or before it is sent, in turn; with a word, the one of that number that has it. Without N it lives, and prints what it did.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createEngine } from "../../src/entry/index.ts";
import { applyMigrations } from "../../src/entry/migrate.ts";

const [url = "", folder = "", at = "-1", word = ""] = process.argv.slice(2);
const fatal = Number(at);
const engine = await createEngine(url);
const { driver } = engine;
const reserve = driver.reserve.bind(driver);
let count = 0;

const die = async (): Promise<never> => {
  process.kill(process.pid, "SIGKILL");
  return sleep(60_000) as Promise<never>;
};

// The connection as it is, but for the statement that is its last one.
driver.reserve = async (options) => {
  const connection = await reserve(options);
  return new Proxy(connection, {
    get(target, key) {
      if (key !== "run") {
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (...[request]: Parameters<typeof target.run>) => {
        if (!request.text.includes(word) || count++ !== fatal) return target.run(request);
        if (fatal % 2 === 0) return die();
        const answer = target.run(request);
        return answer instanceof Promise ? Promise.race([answer, sleep(1)]).then(die) : die();
      };
    },
  });
};
const { done } = await applyMigrations(engine, { folder });
await engine.close();
console.log(JSON.stringify({ done, count }));
