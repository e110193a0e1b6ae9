/** What a command says: its result to standard output, as text or as one JSON document, and everything else to standard error. */
import { styleText } from "node:util";

export interface Stream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

/** Dates are ISO 8601, numbers beyond JSON's are texts, bytes are base64. */
const jsonValue = (_key: string, value: unknown): unknown => {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return value;
};
export const jsonText = (value: unknown): string => `${JSON.stringify(value, jsonValue, 2)}\n`;

type Style = Parameters<typeof styleText>[0];

export class Output {
  readonly isJson: boolean;
  readonly #out: Stream;
  readonly #err: Stream;

  constructor(out: Stream, err: Stream, isJson: boolean) {
    [this.#out, this.#err, this.isJson] = [out, err, isJson];
  }

  /** The command's answer. Once per command: with `--json` standard output is one document. */
  result(data: unknown, text: string): void {
    if (this.isJson) this.#out.write(jsonText(data));
    else if (text !== "") this.#out.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  /** One of several answers of a command that goes on: a line of JSON each. */
  item(data: unknown, text: string): void {
    this.#out.write(this.isJson ? `${JSON.stringify(data, jsonValue)}\n` : `${text}\n`);
  }

  /** What happens meanwhile, for people. */
  note(text: string): void {
    if (!this.isJson) this.#err.write(`${text}\n`);
  }

  warn(text: string): void {
    this.note(`${this.onError("yellow", "warning:")} ${text}`);
  }

  /** `text` in a style, where standard output is a terminal that shows styles: `NO_COLOR` and its kin are obeyed. */
  styled(style: Style, text: string): string {
    return this.isJson ? text : styleText(style, text, { stream: this.#out });
  }

  onError(style: Style, text: string): string {
    return styleText(style, text, { stream: this.#err });
  }

  /** What went wrong, in one sentence; with `--json` as the document, with the error's code. */
  failure(error: { readonly code: string; readonly message: string }): void {
    if (this.isJson) this.#out.write(jsonText({ error }));
    else this.#err.write(`${this.onError("red", "error:")} ${error.message}\n`);
  }
}
