/** Facts of PostgreSQL's catalog that are the same on every server: which array type belongs to which element, and the ranges. */

/** `[the array's OID, its element's OID]`; the name is the element's. */
export const builtInArrays: readonly (readonly [number, number])[] = [
  [1000, 16], // bool
  [1001, 17], // bytea
  [1002, 18], // char
  [1003, 19], // name
  [1016, 20], // int8
  [1005, 21], // int2
  [1007, 23], // int4
  [1008, 24], // regproc
  [1009, 25], // text
  [1028, 26], // oid
  [1010, 27], // tid
  [1011, 28], // xid
  [1012, 29], // cid
  [199, 114], // json
  [143, 142], // xml
  [1017, 600], // point
  [1018, 601], // lseg
  [1019, 602], // path
  [1020, 603], // box
  [1027, 604], // polygon
  [629, 628], // line
  [651, 650], // cidr
  [1021, 700], // float4
  [1022, 701], // float8
  [719, 718], // circle
  [775, 774], // macaddr8
  [791, 790], // money
  [1040, 829], // macaddr
  [1041, 869], // inet
  [1034, 1033], // aclitem
  [1014, 1042], // bpchar
  [1015, 1043], // varchar
  [1182, 1082], // date
  [1183, 1083], // time
  [1115, 1114], // timestamp
  [1185, 1184], // timestamptz
  [1187, 1186], // interval
  [1270, 1266], // timetz
  [1561, 1560], // bit
  [1563, 1562], // varbit
  [1231, 1700], // numeric
  [2201, 1790], // refcursor
  [2207, 2202], // regprocedure
  [2208, 2203], // regoper
  [2209, 2204], // regoperator
  [2210, 2205], // regclass
  [2211, 2206], // regtype
  [2951, 2950], // uuid
  [2949, 2970], // txid_snapshot
  [3221, 3220], // pg_lsn
  [3643, 3614], // tsvector
  [3645, 3615], // tsquery
  [3735, 3734], // regconfig
  [3770, 3769], // regdictionary
  [3807, 3802], // jsonb
  [3905, 3904], // int4range
  [3907, 3906], // numrange
  [3909, 3908], // tsrange
  [3911, 3910], // tstzrange
  [3913, 3912], // daterange
  [3927, 3926], // int8range
  [4073, 4072], // jsonpath
  [4090, 4089], // regnamespace
  [4097, 4096], // regrole
  [4192, 4191], // regcollation
  [6150, 4451], // int4multirange
  [6151, 4532], // nummultirange
  [6152, 4533], // tsmultirange
  [6153, 4534], // tstzmultirange
  [6155, 4535], // datemultirange
  [6157, 4536], // int8multirange
  [5039, 5038], // pg_snapshot
  [271, 5069], // xid8
];

/** `[range, its OID, multirange, its OID, the subtype's OID]`. */
export const builtInRanges: readonly (readonly [string, number, string, number, number])[] = [
  ["int4range", 3904, "int4multirange", 4451, 23],
  ["int8range", 3926, "int8multirange", 4536, 20],
  ["numrange", 3906, "nummultirange", 4532, 1700],
  ["tsrange", 3908, "tsmultirange", 4533, 1114],
  ["tstzrange", 3910, "tstzmultirange", 4534, 1184],
  ["daterange", 3912, "datemultirange", 4535, 1082],
];
