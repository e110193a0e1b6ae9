/** A contender in a process of its own. Questions go to it one at a time. */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Round, Stage } from "./stage.ts";
import type { Target } from "./target.ts";

type Answer = readonly [number, string | null, unknown];
const script = fileURLToPath(new URL("contender-process.ts", import.meta.url));

export class ProcessStage implements Stage {
  readonly #child: ChildProcess;
  #asked = 0;
  #failure: Error | null = null;
  #fail: ((error: Error) => void) | null = null;

  constructor(id: string) {
    this.#child = fork(script, [id], { execArgv: ["--expose-gc", "--no-warnings"], stdio: ["ignore", "ignore", "inherit", "ipc"] });
    this.#child.on("exit", (code, signal) => {
      this.#failure = new Error(`The process of ${id} ended by itself (${signal ?? code}).`);
      this.#fail?.(this.#failure);
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  #ask<T>(name: string, ...args: unknown[]): Promise<T> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const number = this.#asked++;
    return new Promise<T>((resolve, reject) => {
      this.#fail = reject;
      const listen = (message: unknown): void => {
        // The child sends nothing else.
        const [of, error, result] = message as Answer;
        if (of !== number) return;
        this.#child.off("message", listen);
        if (error === null) resolve(result as T);
        else reject(new Error(error));
      };
      this.#child.on("message", listen);
      this.#child.send([number, name, args]);
    });
  }

  enter(scenario: string, target: Target): Promise<boolean> {
    return this.#ask("enter", scenario, target);
  }
  round(calls: number, firstIndex: number): Promise<Round> {
    return this.#ask("round", calls, firstIndex);
  }
  hold(): Promise<number> {
    return this.#ask("hold");
  }
  peakMemory(): Promise<number> {
    return this.#ask("peakMemory");
  }
  async leave(): Promise<void> {
    await this.#ask("leave");
  }
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.disconnect();
    await ended;
  }
}
