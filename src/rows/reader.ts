/**
 * Undecoded rows become objects, by code generated for their shape.
 *
 * For the columns id, name and created_at (with a decoder) of a model:
 *
 *   function O0(r) { this[k0] = r[0]; this[k1] = r[1]; this[k2] = r[2] === null ? null : d2(r[2]); }
 *   O0.prototype = p0;
 *
 * Names, decoders and prototypes come in as parameters; the source itself is made of integers only, so nothing that a user or a database
 * named can become code. A constructor gives all objects one hidden class and costs no more than a literal (benchmarks/sqlite-binding.ts).
 */
import { canGenerate, Closure } from "./generated-code.ts";
import { makeInterpretedReader } from "./interpreted-reader.ts";
import { defineOwn, needsDefinition } from "./own-property.ts";
import type { ObjectShape, Reader, ResultColumn, ResultShape } from "./shape.ts";

/** `T` is what the shape makes; the caller vouches for it. */
export const makeReader = <T>(shape: ResultShape): Reader<T> =>
  canGenerate() ? makeGeneratedReader<T>(shape) : makeInterpretedReader<T>(shape);

/** Throws where code may not be generated; `makeReader` chooses. */
export const makeGeneratedReader = <T>(shape: ResultShape): Reader<T> => {
  const closure = new Closure();
  const source =
    shape.form === "objects" ? objectSource(closure, shape.columns, shape.object) : plainSource[shape.form](closure, shape.columns);
  return closure.call(source) as Reader<T>;
};

const decodedSource = (closure: Closure, columns: readonly ResultColumn[], position: number): string => {
  const decode = columns[position]?.decode ?? null;
  return decode === null ? `r[${position}]` : `(r[${position}] === null ? null : ${closure.add("d", decode)}(r[${position}]))`;
};

const mapSource = (expression: string): string =>
  `const one = (r) => ${expression};
  const all = (rows) => { const out = new Array(rows.length); for (let i = 0; i < rows.length; i++) { const r = rows[i]; out[i] = ${expression}; } return out; };
  return { all, one };`;

const objectSource = (closure: Closure, columns: readonly ResultColumn[], object: ObjectShape): string => {
  const constructors: string[] = [];
  const root = constructorSource(closure, columns, object, constructors);
  return `${constructors.join("\n")}\n${mapSource(`new ${root}(r)`)}`;
};

/** Appends a constructor for the shape, and before it those of its nested objects; returns its name. */
const constructorSource = (closure: Closure, columns: readonly ResultColumn[], object: ObjectShape, constructors: string[]): string => {
  const assign = (name: string, value: string): string => {
    const key = closure.add("k", name);
    return needsDefinition(object.prototype, name) ? `${closure.add("f", defineOwn)}(this, ${key}, ${value});` : `this[${key}] = ${value};`;
  };
  const lines = object.properties.map(({ name, position }) =>
    assign(name, position < 0 ? "undefined" : decodedSource(closure, columns, position)),
  );
  for (const { property, shape, presence } of object.nested) {
    const made = `new ${constructorSource(closure, columns, shape, constructors)}(r)`;
    lines.push(assign(property, presence < 0 ? made : `(r[${presence}] === null ? null : ${made})`));
  }
  const name = `O${constructors.length}`;
  const prototype = closure.add("p", object.prototype ?? Object.prototype);
  constructors.push(`function ${name}(r) { ${lines.join(" ")} }\n${name}.prototype = ${prototype};`);
  return name;
};

const plainSource = {
  values: (closure: Closure, columns: readonly ResultColumn[]): string => mapSource(decodedSource(closure, columns, 0)),
  /** Tuples are the rows themselves, decoded in place. */
  tuples: (closure: Closure, columns: readonly ResultColumn[]): string => {
    const steps = columns.flatMap(({ decode }, position) => {
      return decode === null ? [] : [`if (r[${position}] !== null) r[${position}] = ${closure.add("d", decode)}(r[${position}]);`];
    });
    return `const one = (r) => { ${steps.join(" ")} return r; };
    const all = (rows) => { for (let i = 0; i < rows.length; i++) one(rows[i]); return rows; };
    return { all, one };`;
  },
};
