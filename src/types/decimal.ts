/** Exact decimal numbers as text with `scale` digits behind the point: `"12.30"`. Nothing is ever rounded. */
import { type Codec, type ColumnType, describe, ValueProblem } from "./column-type.ts";

/** A number in plain digits, without leading zeros before or trailing zeros behind the point. */
interface Digits {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

// Longer than any number a column holds; keeps `1e999999999` from filling the memory.
const maxDigits = 2000;

const digitsOf = (text: string): Digits | null => {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,5}))?$/i.exec(text);
  if (!found) return null;
  const [, sign, before = "", behind = "", exponent = "0"] = found;
  if (before === "" && behind === "") return null;
  const point = before.length + Number(exponent);
  if (Math.abs(Number(exponent)) > maxDigits || before.length + behind.length > maxDigits) return null;
  const all = before + behind;
  const whole = all.slice(0, Math.max(0, point)).padEnd(Math.max(0, point), "0").replace(/^0+/, "");
  const fraction = (point < 0 ? "0".repeat(-point) + all : all.slice(point)).replace(/0+$/, "");
  return { negative: sign === "-" && whole + fraction !== "", whole, fraction };
};

const spelled = ({ negative, whole, fraction }: Digits, scale: number): string => {
  const behind = fraction.padEnd(scale, "0");
  return `${negative ? "-" : ""}${whole === "" ? "0" : whole}${behind === "" ? "" : `.${behind}`}`;
};

const fitProblem = ({ precision, scale = 0 }: ColumnType, { whole, fraction }: Digits): string | null => {
  if (precision === undefined) return null;
  if (fraction.length > scale) return `expects at most ${scale} digits behind the point, got ${fraction.length}`;
  const room = precision - scale;
  return whole.length > room ? `expects at most ${room} digits before the point, got ${whole.length}` : null;
};

/** Numbers count as the shortest decimal that means them: `0.1` is exactly one tenth. */
const parsed = (value: unknown): Digits | string => {
  const isNumber = (typeof value === "number" && Number.isFinite(value)) || typeof value === "bigint";
  if (typeof value !== "string" && !isNumber) return `expects a decimal number as a string, got ${describe(value)}`;
  return digitsOf(String(value)) ?? "expects a decimal number such as '12.30', got another string";
};

export const decimalProblem = (type: ColumnType, value: unknown): string | null => {
  const digits = parsed(value);
  return typeof digits === "string" ? digits : fitProblem(type, digits);
};

/** Takes strings, and numbers and bigints that fit exactly. Without a scale in `type`, no zeros are added. */
export const decimalAsText = (type: ColumnType): Codec => {
  const { scale = 0 } = type;
  return {
    encode: (value: string | number | bigint): string => {
      const digits = parsed(value);
      const problem = typeof digits === "string" ? digits : fitProblem(type, digits);
      if (problem !== null || typeof digits === "string") throw new ValueProblem(problem ?? "");
      return spelled(digits, scale);
    },
    decode: (stored: string | number | bigint): string => {
      const digits = digitsOf(String(stored));
      if (digits === null) throw new ValueProblem("cannot be read: the database holds something that is not a decimal number");
      return spelled(digits, scale);
    },
  };
};
