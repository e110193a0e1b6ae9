/** Whether two parts of a structure are the same to their database, whatever they are called and however they were written. */
import type { Dialect } from "../../dialect/dialect.ts";
import type { ColumnSnapshot, ConstraintSnapshot, IndexSnapshot, IndexTerm, TriggerSnapshot } from "../../schema/snapshot.ts";

export interface Sameness {
  readonly dialect: Dialect["name"];
  expression(a: string | null, b: string | null): boolean;
  type(a: ColumnSnapshot, b: ColumnSnapshot): boolean;
  generated(a: ColumnSnapshot, b: ColumnSnapshot): boolean;
  /** All but the name and the comment. */
  column(a: ColumnSnapshot, b: ColumnSnapshot): boolean;
  /** All but the name. */
  constraint(a: ConstraintSnapshot, b: ConstraintSnapshot): boolean;
  /** All but the name and the comment. */
  index(a: IndexSnapshot, b: IndexSnapshot): boolean;
  triggers(a: readonly TriggerSnapshot[], b: readonly TriggerSnapshot[]): boolean;
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, place) => each === b[place]);

/** A default of NULL is none, and a sequence of the column's own counts like an identity. */
const noDefault = /^\(?\s*NULL\s*(?:::.*)?\)?$/i;
const defaultOf = ({ default: filled }: ColumnSnapshot): string | null => (filled === null || noDefault.test(filled) ? null : filled);
const identityOf = ({ identity }: ColumnSnapshot): string | null => (identity === "serial" ? "by default" : identity);

export const samenessFor = (dialect: Dialect): Sameness => {
  const keys = new Map<string, string>();
  const keyFor = (expression: string): string => {
    const known = keys.get(expression);
    if (known !== undefined) return known;
    const key = dialect.expressionKey(expression);
    keys.set(expression, key);
    return key;
  };
  const expression = (a: string | null, b: string | null): boolean => a === b || (a !== null && b !== null && keyFor(a) === keyFor(b));
  // SQLite tells neither types nor collations apart by case.
  const fold = (name: string | null): string | null => (dialect.name === "sqlite" ? (name?.toUpperCase() ?? null) : name);
  const type = (a: ColumnSnapshot, b: ColumnSnapshot): boolean => fold(a.type) === fold(b.type) && fold(a.collation) === fold(b.collation);
  const generated = (a: ColumnSnapshot, b: ColumnSnapshot): boolean =>
    expression(a.generated?.expression ?? null, b.generated?.expression ?? null) && a.generated?.stored === b.generated?.stored;
  const term = (a: IndexTerm, b: IndexTerm): boolean =>
    a.column === b.column &&
    expression(a.expression, b.expression) &&
    a.descending === b.descending &&
    a.nulls === b.nulls &&
    a.operatorClass === b.operatorClass &&
    fold(a.collation) === fold(b.collation);
  return {
    dialect: dialect.name,
    expression,
    type,
    generated,
    column: (a, b) =>
      type(a, b) &&
      a.nullable === b.nullable &&
      expression(defaultOf(a), defaultOf(b)) &&
      identityOf(a) === identityOf(b) &&
      generated(a, b),
    constraint: (a, b) => {
      if (a.kind === "check") return b.kind === "check" && expression(a.expression, b.expression);
      if (a.kind === "exclusion") return b.kind === "exclusion" && a.definition === b.definition;
      if (b.kind === "check" || b.kind === "exclusion" || !sameList(a.columns, b.columns) || a.deferrable !== b.deferrable) return false;
      if (a.kind === "unique") return b.kind === "unique" && a.nullsNotDistinct === b.nullsNotDistinct;
      if (a.kind === "primary key") return b.kind === "primary key";
      return (
        b.kind === "foreign key" &&
        a.target.schema === b.target.schema &&
        a.target.name === b.target.name &&
        sameList(a.targetColumns, b.targetColumns) &&
        a.onDelete === b.onDelete &&
        a.onUpdate === b.onUpdate
      );
    },
    index: (a, b) =>
      a.unique === b.unique &&
      a.nullsNotDistinct === b.nullsNotDistinct &&
      a.method === b.method &&
      expression(a.where, b.where) &&
      sameList(a.include, b.include) &&
      a.terms.length === b.terms.length &&
      a.terms.every((each, place) => term(each, b.terms[place]!)),
    triggers: (a, b) => {
      const texts = (list: readonly TriggerSnapshot[]): string[] => list.map(({ definition }) => keyFor(definition)).sort();
      return sameList(texts(a), texts(b));
    },
  };
};

export interface Pairing<T> {
  readonly kept: readonly (readonly [from: T, to: T])[];
  readonly dropped: readonly T[];
  readonly added: readonly T[];
}

/** Who is whom on the other side: the same under the same name first, then the same under another name. */
export const pair = <T extends { readonly name: string | null }>(
  from: readonly T[],
  to: readonly T[],
  isSame: (a: T, b: T) => boolean,
): Pairing<T> => {
  const left = [...from];
  const kept: [T, T][] = [];
  const take = (wanted: T, accepts: (other: T) => boolean): boolean => {
    const place = left.findIndex(accepts);
    if (place >= 0) kept.push([left.splice(place, 1)[0]!, wanted]);
    return place >= 0;
  };
  const unnamed = to.filter((each) => !take(each, (other) => other.name === each.name && isSame(other, each)));
  const added = unnamed.filter((each) => !take(each, (other) => isSame(other, each)));
  return { kept, dropped: left, added };
};
