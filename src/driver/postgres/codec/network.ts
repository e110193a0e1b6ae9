/** inet, cidr, macaddr and macaddr8 as strings in PostgreSQL's own spelling: "10.0.0.1", "2001:db8::/32", "08:00:2b:01:02:03". */
import { spelledCodec } from "./text.ts";
import type { WireCodec } from "./codec.ts";

/** Their binary forms would have to be spelled out again, so text is what travels. */
export const networkCodecs: readonly WireCodec[] = [
  spelledCodec("inet", 869),
  spelledCodec("cidr", 650),
  spelledCodec("macaddr", 829),
  spelledCodec("macaddr8", 774),
];
