/**
 * Expressions as PostgreSQL itself writes them: temporary tables are made that have them, and are looked at.
 *
 * What an expression becomes depends on the columns that it names and on nothing else of its table, so many tables' expressions stand on one: those that
 * name columns of one name and one type share them, and what is asked twice is asked once. 300 tables need a handful, not 300.
 */
import { tokens } from "../../ast/tokens.ts";
import type { Transaction } from "../../engine/transactions/transaction.ts";
import type { ColumnSnapshot, ConstraintSnapshot, IndexSnapshot, TableSnapshot } from "../../schema/snapshot.ts";
import { dialectOf } from "../dialects.ts";
import { introspectOn } from "./introspect.ts";
import { request } from "../run.ts";

/** What is asked about. A default, or none, goes with its type, which is written anew, too. */
export type Part =
  | { readonly part: "default"; readonly type: string; readonly expression: string | null }
  | { readonly part: "generated"; readonly type: string; readonly expression: string; readonly stored: boolean }
  | { readonly part: "check"; readonly expression: string }
  | { readonly part: "exclusion"; readonly definition: string }
  | { readonly part: "index"; readonly index: IndexSnapshot };

export interface Question {
  /** The same for questions with the same answer. */
  readonly key: string;
  readonly part: Part;
  /** What the part names. */
  readonly columns: readonly ColumnSnapshot[];
  /** The table whose name the part itself says, and which it therefore has to be on; `null` where any will do. */
  readonly table: string | null;
}

const plainColumn = (name: string, type: string, more: Partial<ColumnSnapshot> = {}): ColumnSnapshot => ({
  name,
  type,
  kind: null,
  nullable: true,
  default: null,
  identity: null,
  generated: null,
  collation: null,
  comment: null,
  renamedFrom: null,
  ...more,
});

const textsOf = (part: Part): readonly (string | null)[] => {
  if (part.part === "exclusion") return [part.definition];
  return part.part === "index" ? [part.index.where, ...part.index.terms.map(({ expression }) => expression)] : [part.expression];
};

/** The names in a text as its database reads them: words in lower case, quoted names as they are. */
const namesIn = (text: string): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const token of tokens(text, true)) {
    if (token.kind === "word") found.add(token.text.toLowerCase());
    else if (token.text.startsWith('"')) found.add(token.text.slice(1, -1).replaceAll('""', '"'));
  }
  return found;
};

/** Quoted names with escaped characters (`U&"\0441"`) are read by the server alone. */
const hasEscapedNames = (text: string): boolean => /\bu&"/i.test(text);

/** An index by what matters to how it is written. */
const bareIndex = (index: IndexSnapshot): IndexSnapshot => ({ ...index, name: "", unique: false, nullsNotDistinct: false, comment: null });

/** What is to be asked about a part of `table`. */
export const questionOf = (table: Pick<TableSnapshot, "name" | "columns">, given: Part): Question => {
  const part: Part = given.part === "index" ? { part: "index", index: bareIndex(given.index) } : given;
  const texts = textsOf(part).filter((text) => text !== null);
  const names = new Set(part.part === "default" ? [] : texts.flatMap((text) => [...namesIn(text)]));
  if (part.part === "index")
    for (const name of [...part.index.terms.map(({ column }) => column), ...part.index.include]) names.add(name ?? "");
  const isOwn = part.part !== "default" && (names.has(table.name) || texts.some(hasEscapedNames));
  const columns = table.columns
    .filter((column) => isOwn || names.has(column.name))
    .map(({ name, type, collation }) => plainColumn(name, type, { collation }));
  const own = isOwn ? table.name : null;
  return {
    key: JSON.stringify([part, columns.map(({ name, type, collation }) => [name, type, collation]), own]),
    part,
    columns,
    table: own,
  };
};

interface Carrier {
  readonly table: string | null;
  readonly columns: Map<string, ColumnSnapshot>;
  readonly questions: Question[];
}

const mostQuestions = 400;

const isSame = (a: ColumnSnapshot, b: ColumnSnapshot | undefined): boolean =>
  b === undefined || (a.type === b.type && a.collation === b.collation);

/** Each question on the first carrier whose columns it agrees with. */
const pack = (questions: readonly Question[]): readonly Carrier[] => {
  const carriers: Carrier[] = [];
  for (const question of questions) {
    const fits = ({ table, columns, questions: others }: Carrier): boolean =>
      table === question.table &&
      others.length < mostQuestions &&
      question.columns.every((column) => isSame(column, columns.get(column.name)));
    let carrier = carriers.find(fits);
    if (carrier === undefined) carriers.push((carrier = { table: question.table, columns: new Map(), questions: [] }));
    for (const column of question.columns) if (!carrier.columns.has(column.name)) carrier.columns.set(column.name, column);
    carrier.questions.push(question);
  }
  return carriers;
};

/** Of a column, a constraint or an index; no two indexes of a schema have one name. */
const nameAt = (carrier: number, question: number): string => `petrel asks ${carrier}.${question}`;

const tableOf = ({ table, columns, questions }: Carrier, place: number): TableSnapshot => {
  const asked = questions.map(({ part }, at) => ({ part, name: nameAt(place, at) }));
  const added = asked.flatMap(({ part, name }) => {
    if (part.part === "default") return [plainColumn(name, part.type, { default: part.expression })];
    if (part.part !== "generated") return [];
    return [plainColumn(name, part.type, { generated: { expression: part.expression, stored: part.stored } })];
  });
  return {
    schema: "pg_temp",
    name: table ?? `petrel asks ${place}`,
    columns: [...columns.values(), ...added],
    constraints: asked.flatMap(({ part, name }): ConstraintSnapshot[] => {
      if (part.part === "check") return [{ kind: "check", name, expression: part.expression }];
      return part.part === "exclusion" ? [{ kind: "exclusion", name, definition: part.definition }] : [];
    }),
    indexes: asked.flatMap(({ part, name }) => (part.part === "index" ? [{ ...part.index, name }] : [])),
    triggers: [],
    options: [],
    comment: null,
    renamedFrom: null,
  };
};

/** How the server wrote a part; the part itself where it says nothing of it. */
const writtenPart = (part: Part, name: string, found: TableSnapshot): Part => {
  const named = <T extends { readonly name: string | null }>(list: readonly T[]): T | undefined => list.find((each) => each.name === name);
  const column = named(found.columns);
  const constraint = named(found.constraints);
  if (part.part === "default") return column === undefined ? part : { ...part, type: column.type, expression: column.default };
  if (part.part === "generated")
    return column === undefined || column.generated === null ? part : { part: part.part, type: column.type, ...column.generated };
  if (part.part === "check") return constraint?.kind === "check" ? { ...part, expression: constraint.expression } : part;
  if (part.part === "exclusion") return constraint?.kind === "exclusion" ? { ...part, definition: constraint.definition } : part;
  const index = named(found.indexes);
  return index === undefined ? part : { part: "index", index: { ...index, name: "" } };
};

const mostRounds = 4;

/**
 * The parts as the server writes them, by the keys of their questions. What it wrote may come back different once more (`varchar` in a list), so that is
 * asked about again until nothing changes. Nothing stays: each round is a savepoint that is rolled back.
 */
export const writtenAnew = async (transaction: Transaction, questions: readonly Question[]): Promise<ReadonlyMap<string, Part>> => {
  const answers = new Map<string, Part>();
  const dialect = dialectOf("postgres");
  let open: readonly Question[] = [...new Map(questions.map((question) => [question.key, question])).values()];
  for (let round = 1; open.length > 0 && round <= mostRounds; round++) {
    const carriers = pack(open);
    const tables = carriers.map(tableOf);
    const savepoint = await transaction.nested();
    const texts = tables.flatMap((table) => dialect.render({ change: "createTable", table }).map(({ sql }) => sql));
    await Promise.all(texts.map((text) => savepoint.send(request(text))));
    const found = new Map((await introspectOn(savepoint, { schemas: [], temporary: true })).tables.map((table) => [table.name, table]));
    await savepoint.rollback();
    open = carriers.flatMap((carrier, place) => {
      const table = found.get(tables[place]!.name);
      return carrier.questions.flatMap((question, at): Question[] => {
        const part = table === undefined ? question.part : writtenPart(question.part, nameAt(place, at), table);
        answers.set(question.key, part);
        return JSON.stringify(part) === JSON.stringify(question.part) ? [] : [{ ...question, part }];
      });
    });
  }
  return answers;
};
