/** An Arrow table as rows of a model: which column goes where, and whether its type fits, is settled before the first row. */
import { ConfigurationError, ValidationError } from "../base/errors.ts";
import { didYouMean } from "../base/hint.ts";
import type { ColumnType, Kind } from "../types/column-type.ts";
import type { Arrow, DataType, Table, Vector } from "./apache-arrow.ts";
import { convertersOf } from "./arrow-values.ts";
import type { Convert } from "./arrow-values.ts";

/** A column of a model, as far as rows for it are concerned. */
export interface TargetColumn {
  readonly property: string;
  /** The column's name in the database. */
  readonly name: string;
  readonly type: ColumnType;
}

interface Target {
  readonly modelName: string;
  readonly columns: readonly TargetColumn[];
}

const words: Readonly<Record<Kind, string>> = {
  int: "integers",
  bigint: "integers of 64 bits",
  float: "floating-point numbers",
  decimal: "decimals: Decimal, Int or Utf8 columns",
  text: "texts",
  bool: "booleans",
  uuid: "UUIDs: Utf8 columns, or FixedSizeBinary of 16 bytes",
  timestamp: "timestamps",
  date: "days: Date or Utf8 columns",
  time: "times of day: Time or Utf8 columns",
  json: "JSON: Utf8 columns",
  bytes: "bytes",
  array: "lists of a type that fits its elements",
};

/** A column of the table and of the model. */
interface Pair {
  readonly property: string;
  readonly convert: Convert;
  readonly vector: Vector;
}

const pairsOf = (arrow: Arrow, table: Table, { modelName, columns }: Target): readonly Pair[] => {
  const taken = new Set<string>();
  return table.schema.fields.map((field, index) => {
    const column = columns.find(({ property }) => property === field.name) ?? columns.find(({ name }) => name === field.name);
    if (column === undefined) {
      const names = columns.map(({ property }) => property);
      throw new ConfigurationError(
        `insertFrom(): ${modelName} has no column '${field.name}', which the table has.${didYouMean(field.name, names)} Leave it out by table.select([…]).`,
        { model: modelName, column: field.name },
      );
    }
    const { property, type } = column;
    if (taken.has(property)) {
      throw new ConfigurationError(
        `insertFrom(): the table has two columns for ${modelName}.${property}. Leave one out by table.select([…]).`,
        {
          model: modelName,
          property,
        },
      );
    }
    taken.add(property);
    const convert = convertersOf(arrow, type, field.type as DataType);
    if (convert !== null) return { property, convert, vector: table.getChildAt(index)! };
    throw new ConfigurationError(
      `insertFrom(): ${modelName}.${property} takes ${words[type.kind]}, and the table's column '${field.name}' is of type ${String(field.type)}. Cast it first.`,
      { model: modelName, property },
    );
  });
};

const isTable = (value: unknown): value is Table => {
  const given = value as Partial<Table> | null;
  return typeof given === "object" && given !== null && typeof given.numRows === "number" && Array.isArray(given.schema?.fields);
};

/** Rows by property, one at a time. Throws at once for columns that do not fit, and later a `ValidationError` with the number of a row whose value does not. */
export const rowsOfTable = (arrow: Arrow, table: unknown, target: Target): Iterable<Readonly<Record<string, unknown>>> => {
  if (!isTable(table)) throw new ConfigurationError("insertFrom() takes a Table of apache-arrow, such as tableFromIPC(bytes) gives.");
  return rowsOf(pairsOf(arrow, table, target), table.numRows, target.modelName);
};

function* rowsOf(pairs: readonly Pair[], count: number, modelName: string): Generator<Readonly<Record<string, unknown>>> {
  for (let row = 0; row < count; row++) {
    const values: Record<string, unknown> = {};
    for (const { property, convert, vector } of pairs) {
      const value: unknown = vector.get(row);
      try {
        values[property] = value === null ? null : convert(value);
      } catch (error) {
        throw new ValidationError(`insertFrom(): row ${row + 1} has a value for ${modelName}.${property} that cannot be read.`, {
          cause: error,
          model: modelName,
          property,
        });
      }
    }
    yield values;
  }
}
