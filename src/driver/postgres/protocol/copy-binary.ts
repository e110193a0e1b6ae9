/**
 * Rows for COPY … FROM STDIN (FORMAT binary): the fastest way in, with the same encoders as parameters have.
 *
 *   start   PGCOPY\n\377\r\n\0 · flags · nothing more
 *   rows    number of columns · for each: length (-1 is NULL) and bytes
 *   end     -1 instead of a number of columns
 */
import { ConfigurationError, ParameterError } from "../../../base/errors.ts";
import { ByteWriter } from "./byte-writer.ts";
import { EncodingProblem } from "./encoding-problem.ts";

/** What a column's codec has to offer. */
export interface CopyColumn {
  /** For messages. */
  readonly name: string;
  readonly binary: { readonly encode: (writer: ByteWriter, value: unknown) => void } | null;
}

/** The parts of the stream, in bytes; any cut of them into CopyData messages is right. */
export interface CopyBinary {
  readonly start: Uint8Array;
  /** Throws `ParameterError` for a value that does not fit its column. */
  readonly rows: (rows: readonly (readonly unknown[])[]) => Uint8Array;
  readonly end: Uint8Array;
}

const signature = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const trailer = Buffer.from([0xff, 0xff]);

/** Throws `ConfigurationError` when a column's type has no binary form: such rows have to be copied as text. */
export const copyBinary = (columns: readonly CopyColumn[]): CopyBinary => {
  const encoders = columns.map(({ name, binary }) => {
    if (binary === null)
      throw new ConfigurationError(`The type ${name} has no binary form here, so its rows cannot be copied in binary. Copy them as text.`);
    return binary.encode;
  });

  const writeRow = (writer: ByteWriter, row: readonly unknown[]): void => {
    if (row.length !== encoders.length) {
      throw new ParameterError(`A row to copy has ${row.length} values, and the copy has ${encoders.length} columns.`);
    }
    writer.int16(encoders.length);
    for (let index = 0; index < encoders.length; index++) {
      const value = row[index];
      if (value === null || value === undefined) writer.int32(-1);
      else {
        writer.startValue();
        try {
          encoders[index]!(writer, value);
        } catch (problem) {
          throw explain(problem, index + 1, columns[index]!.name);
        }
        writer.endValue();
      }
    }
  };

  const writer = new ByteWriter();
  return {
    start: signature,
    end: trailer,
    rows: (rows) => {
      const mark = writer.mark();
      try {
        for (const row of rows) writeRow(writer, row);
      } catch (problem) {
        writer.rollback(mark);
        throw problem;
      }
      const chunks = writer.take();
      const bytes = Buffer.concat(chunks);
      if (chunks.length > 0) writer.written();
      return bytes;
    },
  };
};

const explain = (problem: unknown, parameter: number, type: string): ParameterError => {
  if (problem instanceof EncodingProblem)
    return new ParameterError(`Column ${parameter} of a row to copy, of type ${type}, ${problem.message}.`, { parameter });
  if (problem instanceof ParameterError) return problem;
  return new ParameterError(
    `Column ${parameter} of a row to copy, of type ${type}, could not be written: its value threw. See the cause.`,
    {
      parameter,
      cause: problem,
    },
  );
};
