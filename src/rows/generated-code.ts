/** Code made at run time: whether it may be, and how it reaches what it uses. */
let isGenerationAllowed: boolean | null = null;

/** Whether this process may make code from strings (`--disallow-code-generation-from-strings`, a content security policy). Tried once. */
export const canGenerate = (): boolean => {
  if (isGenerationAllowed === null) {
    try {
      isGenerationAllowed = new Function("return true")() === true;
    } catch {
      isGenerationAllowed = false;
    }
  }
  return isGenerationAllowed;
};

/** What the generated source refers to, by the names `k0`, `d0`, `p0`… of its parameters. */
export class Closure {
  readonly #names: string[] = [];
  readonly #values: unknown[] = [];

  add(letter: string, value: unknown): string {
    const name = `${letter}${this.#names.length}`;
    this.#names.push(name);
    this.#values.push(value);
    return name;
  }

  call(source: string): unknown {
    // The source holds names made here and integers, nothing else.
    return new Function(...this.#names, `"use strict";\n${source}`)(...this.#values);
  }
}
