/**
 * Bind and Execute of one prepared statement, written by a function made for it.
 *
 * Everything that does not depend on the values is laid out once: names, format codes and counts before the values, result formats and the
 * Execute message after them. A run copies the two pieces and writes the values between.
 */
import { ParameterError } from "../../../base/errors.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { EncodingProblem } from "./encoding-problem.ts";
import { frontend } from "./message-codes.ts";
import { checkParameterCount } from "./write.ts";

/** What Bind needs of a type's codec. */
export interface ParameterCodec {
  /** For messages: PostgreSQL's name of the type. */
  readonly name: string;
  readonly parameterFormat: 0 | 1;
  readonly encode: (writer: ByteWriter, value: unknown) => void;
}

/**
 * Writes Bind and Execute, and nothing after them.
 * Throws `ParameterError` with the number of the parameter whose value does not fit; nothing of the two messages is left in the writer then.
 */
export type BindExecute = (writer: ByteWriter, values: readonly unknown[]) => void;

export interface BoundStatement {
  /** The prepared statement's name; "" is the unnamed one. */
  readonly statement: string;
  /** "" unless the portal has to outlive this run. */
  readonly portal?: string;
  readonly parameters: readonly ParameterCodec[];
  /** One format code per result column; none when the statement has no result, or its columns are not known yet (text then). */
  readonly resultFormats: readonly (0 | 1)[];
  /** Rows before the portal is suspended; 0 is all. */
  readonly maxRows?: number;
}

const cString = (text: string): Buffer => Buffer.from(`${text}\0`, "utf8");

const int16s = (values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16BE(value, index * 2));
  return bytes;
};

/** No code at all says "all text", one says it for all: a statement with many columns of one format then needs two bytes only. */
const formatCodes = (formats: readonly (0 | 1)[]): Buffer => {
  if (formats.every((format) => format === 0)) return int16s([0]);
  if (formats.every((format) => format === 1)) return int16s([1, 1]);
  return int16s([formats.length, ...formats]);
};

const executeMessage = (portal: string, maxRows: number): Buffer => {
  const name = cString(portal);
  const message = Buffer.alloc(9 + name.length);
  message[0] = frontend.execute;
  message.writeInt32BE(8 + name.length, 1);
  name.copy(message, 5);
  message.writeInt32BE(maxRows, 5 + name.length);
  return message;
};

/** Makes the writer of one statement. Throws `ParameterError` for more than 65,535 parameters. */
export const bindExecute = ({ statement, portal = "", parameters, resultFormats, maxRows = 0 }: BoundStatement): BindExecute => {
  checkParameterCount(parameters.length);
  const count = parameters.length;
  const head = Buffer.concat([
    cString(portal),
    cString(statement),
    formatCodes(parameters.map((parameter) => parameter.parameterFormat)),
    int16s([count]),
  ]);
  const results = formatCodes(resultFormats);
  const execute = executeMessage(portal, maxRows);

  return (writer, values) => {
    if (values.length !== count) throw wrongCount(values.length, count);
    const mark = writer.mark();
    let index = 0;
    try {
      writer.startMessage(frontend.bind);
      writer.bytes(head);
      for (; index < count; index++) {
        const value = values[index];
        if (value === null || value === undefined) writer.int32(-1);
        else {
          writer.startValue();
          parameters[index]!.encode(writer, value);
          writer.endValue();
        }
      }
      writer.bytes(results);
      writer.endMessage();
      writer.bytes(execute);
    } catch (problem) {
      writer.rollback(mark);
      throw index < count ? explain(problem, index, parameters[index]!) : problem;
    }
  };
};

const wrongCount = (given: number, needed: number): ParameterError =>
  new ParameterError(`The statement has ${needed} parameters, and ${given} values were given. Give one value for each placeholder.`);

/** The caller's sentence about a parameter. What a value's own code threw (a getter, `toJSON`) is kept as the cause. */
const explain = (problem: unknown, index: number, codec: ParameterCodec): Error => {
  const parameter = index + 1;
  const name = codec.name.startsWith("_") ? `${codec.name.slice(1)}[]` : codec.name;
  if (problem instanceof EncodingProblem) {
    return new ParameterError(`Parameter $${parameter} of type ${name} ${problem.message}.`, { parameter });
  }
  if (problem instanceof ParameterError) return problem;
  return new ParameterError(`Parameter $${parameter} of type ${name} could not be written: its value threw. See the cause.`, {
    parameter,
    cause: problem,
  });
};
