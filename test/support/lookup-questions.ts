/** One question per lookup and kind of column: the ids of the samples that match, and of those that do not. */
import type { Session } from "../../src/entry/index.ts";
import { Sample } from "./models.ts";
import { day } from "./sample-rows.ts";

export type Question = (session: Session) => Promise<unknown>;

/** Values are `unknown` here: the table is long, and the types have tests of their own. */
const lookups: readonly (readonly [string, unknown])[] = [
  ["whole", 7],
  ["whole", null],
  ["whole__ne", 7],
  ["whole__in", [7, 0]],
  ["whole__in", []],
  ["whole__notIn", [7]],
  ["whole__notIn", []],
  ["whole__gt", 0],
  ["whole__gte", 0],
  ["whole__lt", 0],
  ["whole__lte", 0],
  ["whole__range", [-7, 0]],
  ["whole__isNull", true],
  ["whole__isNull", false],
  ["small__gte", -7],
  ["small__in", [7, -7]],
  ["large", 2n ** 62n],
  ["large__lt", 0n],
  ["large__in", [2n ** 62n, 1n]],
  ["large__range", [-(2n ** 63n), 2n ** 63n - 1n]],
  ["real", 0.1],
  ["real__gt", -3],
  ["real__in", [2.5, -2.5]],
  ["price", "12.5"],
  ["price__gt", "0.4999"],
  ["price__lt", "0"],
  ["price__in", ["12.5", "-0.0001"]],
  ["price__range", ["0", "100"]],
  ["label", "label"],
  ["label__iexact", "LABEL"],
  ["label__like", "L%"],
  ["label__ilike", "l_BEL"],
  ["label__contains", "abe"],
  ["label__contains", "%_"],
  ["label__icontains", "ABE"],
  ["label__startsWith", "La"],
  ["label__istartsWith", "LA"],
  ["label__endsWith", "\\"],
  ["label__iendsWith", "EL"],
  ["label__regex", "^L"],
  ["label__iregex", "^l"],
  ["label__gt", "Label"],
  ["flag", true],
  ["flag", false],
  ["flag__ne", true],
  ["key", "0F8FAD5B-D9CB-469F-A165-70867728950E"],
  ["key__in", ["00000000-0000-0000-0000-000000000000"]],
  ["key__isNull", true],
  ["at", day(10)],
  ["at__gt", day(10)],
  ["at__lte", day(10)],
  ["at__range", [day(1), day(31)]],
  ["at__year", 2026],
  ["at__month", 2],
  ["at__day", 11],
  ["at__weekDay", 3],
  ["at__hour", 23],
  ["at__date", "2026-01-11"],
  ["at__in", [day(11)]],
  ["day", "2024-02-29"],
  ["day__gt", "2000-01-01"],
  ["day__year", 1999],
  ["day__month", 1],
  ["day__day", 31],
  ["day__weekDay", 6],
  ["day__in", ["2024-02-29", "1999-12-31"]],
  ["day__range", ["2024-01-01", "2026-12-31"]],
  ["hour", "10:20:30.5"],
  ["hour__gt", "10:20:30.499999"],
  ["hour__in", ["00:00:00"]],
  ["raw", Uint8Array.of(0, 255, 39, 92)],
  ["raw", new Uint8Array()],
  ["raw__isNull", true],
  ["data", ["list", 2]],
  ["data", { n: 1.5, text: "t", a: [1, "x", null, { b: true }] }],
  ["data", "a text"],
  ["data", 12],
  ["data__ne", 12],
  ["data__isNull", true],
  ["data__hasKey", "a"],
  ["data__hasKey", "list"],
  ["data__contains", { text: "t" }],
  ["data__contains", ["list"]],
  ["data__text", "t"],
  ["data__a__0", 1],
  ["data__a__3__b", true],
  ["data__n__gt", 1],
  ["data__n__in", [1.5]],
  ["data__missing__isNull", true],
  ["data__a__2__isNull", true],
  ["words", ["a", "b,c", '"']],
  ["words", []],
  ["words__contains", ["b,c"]],
  ["words__contains", []],
  ["words__overlaps", ["b", "a"]],
  ["words__isNull", true],
  ["words__ne", []],
];

const shown = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) => (typeof each === "bigint" ? `${each}n` : each instanceof Uint8Array ? [...each] : each));

type AnyFilter = (lookups: object) => { readonly column: (name: string) => Promise<unknown[]> };

export const lookupQuestions = lookups.flatMap(([key, value]): (readonly [string, Question])[] => {
  const ids = (verb: "filter" | "exclude") => (session: Session) => {
    const query = session.query(Sample).orderBy("id") as unknown as Record<"filter" | "exclude", AnyFilter>;
    return query[verb]({ [key]: value }).column("id");
  };
  return [
    [`filter ${key} ${shown(value)}`, ids("filter")],
    [`exclude ${key} ${shown(value)}`, ids("exclude")],
  ];
});
