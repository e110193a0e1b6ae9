/**
 * The codecs of one connection pool: the types that every server has, and those that its catalog describes.
 *
 * A type that nobody described is read and written as PostgreSQL's own text, so that no result is ever lost.
 */
import { ConfigurationError } from "../../../base/errors.ts";
import { arrayCodec } from "./array.ts";
import { bool } from "./boolean.ts";
import { bytea } from "./bytes.ts";
import type { CodecOptions, CustomCodec } from "./codec-options.ts";
import { type WireCodec, wireCodec } from "./codec.ts";
import { compositeCodec, recordCodec } from "./composite.ts";
import { float4, float8 } from "./float.ts";
import { int2, int4, int8, uint32Codecs, xid8 } from "./integer.ts";
import { interval } from "./interval.ts";
import { json, jsonb } from "./json.ts";
import { networkCodecs } from "./network.ts";
import { numeric } from "./numeric.ts";
import { multirangeCodec, rangeCodec } from "./range.ts";
import { date, time, timetz } from "./temporal.ts";
import { enumCodec, spelledCodec, spelledCodecs, textCodecs, textOnly } from "./text.ts";
import { timestamp, timestamptz } from "./timestamp.ts";
import { builtInArrays, builtInRanges } from "./type-oids.ts";
import { uuid } from "./uuid.ts";

interface TypeName {
  readonly oid: number;
  /** `pg_catalog`, `public`; own codecs may be named with it. */
  readonly schema?: string;
  readonly name: string;
}

/** A type as the catalog has it (`pg_type` and its neighbours). What it is made of must have been described before. */
export type TypeDescription = TypeName &
  (
    | { readonly kind: "base"; readonly delimiter: string }
    | { readonly kind: "enum"; readonly labels: readonly string[] | null }
    | { readonly kind: "domain"; readonly base: number }
    | { readonly kind: "array"; readonly element: number }
    | { readonly kind: "range"; readonly subtype: number }
    | { readonly kind: "multirange"; readonly subtype: number }
    | { readonly kind: "composite"; readonly fields: readonly { readonly name: string; readonly type: number }[] }
  );

export interface CodecSettings extends CodecOptions {
  /** int8: `bigint`, or `number` with an error for what it cannot hold. Default `"bigint"`. */
  readonly int8?: "bigint" | "number";
}

export class Codecs {
  readonly #byOid = new Map<number, WireCodec>();
  readonly #described = new Set<number>();
  readonly #custom: ReadonlyMap<string, CustomCodec>;

  constructor(options: CodecSettings = {}) {
    this.#custom = new Map(Object.entries(options.custom ?? {}));
    const plain: readonly WireCodec[] = [
      ...[bool, bytea, int2, int4, int8(options.int8 ?? "bigint"), xid8, ...uint32Codecs],
      ...[float4, float8, numeric, uuid, json, jsonb, interval, date, time, timetz],
      ...[timestamp(options.timestamp ?? "string"), timestamptz(options.timestamptz ?? "date")],
      ...[...textCodecs, ...spelledCodecs, ...networkCodecs],
      recordCodec,
    ];
    for (const codec of plain) this.#add(codec);
    for (const [name, oid, multirange, multirangeOid, subtype] of builtInRanges) {
      this.#add(rangeCodec(name, oid, this.codec(subtype)));
      this.#add(multirangeCodec(multirange, multirangeOid, this.codec(subtype)));
    }
    for (const [oid, element] of builtInArrays) this.#add(this.#array(`_${this.codec(element).name}`, oid, element));
  }

  /** The type's codec; one that reads and writes the server's own text for a type that is not known. The same object for the same type. */
  codec(oid: number): WireCodec {
    return this.#byOid.get(oid) ?? unknownType(oid);
  }

  /** Whether the type is built in or was described. For others the catalog should be asked once. */
  knows(oid: number): boolean {
    return this.#byOid.has(oid);
  }

  /** Learns a type from the catalog. Throws `ConfigurationError` when it is made of a type that was not described before. */
  describe(type: TypeDescription): WireCodec {
    const codec = this.#add(this.#make(type), type.schema);
    this.#described.add(codec.oid);
    return codec;
  }

  /** Whether it was described, and is not one of those that every server has. */
  isDescribed(oid: number): boolean {
    return this.#described.has(oid);
  }

  /** Forgets the types that were described: the catalog may have changed. */
  forgetDescribed(): void {
    for (const oid of this.#described) this.#byOid.delete(oid);
    this.#described.clear();
  }

  #make(type: TypeDescription): WireCodec {
    switch (type.kind) {
      case "base":
        return spelledCodec(type.name, type.oid, type.delimiter);
      case "enum":
        return enumCodec(type.name, type.oid, type.labels);
      case "domain":
        return { ...this.#part(type, type.base), name: type.name, oid: type.oid };
      case "array":
        this.#part(type, type.element);
        return this.#array(type.name, type.oid, type.element);
      case "range":
        return rangeCodec(type.name, type.oid, this.#part(type, type.subtype));
      case "multirange":
        return multirangeCodec(type.name, type.oid, this.#part(type, type.subtype));
      case "composite":
        return compositeCodec(
          type.name,
          type.oid,
          type.fields.map((field) => ({ name: field.name, codec: this.#part(type, field.type) })),
        );
    }
  }

  #part(type: TypeDescription, oid: number): WireCodec {
    const codec = this.#byOid.get(oid);
    if (codec !== undefined) return codec;
    throw new ConfigurationError(`The type ${type.name} is made of the type ${oid}, which was not described before it.`);
  }

  #array(name: string, oid: number, element: number): WireCodec {
    return arrayCodec(name, oid, this.codec(element));
  }

  /** A codec of the user's own stands for the type by its whole name or by the last part of it. */
  #add(codec: WireCodec, schema = "pg_catalog"): WireCodec {
    const custom = this.#custom.get(`${schema}.${codec.name}`) ?? this.#custom.get(codec.name);
    const chosen = custom === undefined ? codec : customCodec(codec, custom);
    this.#byOid.set(codec.oid, chosen);
    return chosen;
  }
}

const customCodec = ({ name, oid, delimiter, holdsArrays }: WireCodec, { decode, encode = textOnly }: CustomCodec): WireCodec =>
  wireCodec({ name, oid, text: { decode, encode }, binary: null, delimiter, holdsArrays });

const unknownTypes = new Map<number, WireCodec>();
const unknownTypesKept = 1000;

const unknownType = (oid: number): WireCodec => {
  const kept = unknownTypes.get(oid);
  if (kept !== undefined) return kept;
  if (unknownTypes.size >= unknownTypesKept) unknownTypes.clear();
  const codec = spelledCodec(`type ${oid}`, oid);
  unknownTypes.set(oid, codec);
  return codec;
};
