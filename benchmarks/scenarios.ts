/** What is measured, as data: which operation, on which rows, how its result is read, and what must come out. `run.ts` does the rest. */
import type { Later, Operations } from "./operations.ts";
import {
  readAuthors,
  readDocuments,
  readFeed,
  readKeys,
  readMembers,
  readTexts,
  readTotals,
  readTuples,
  readUser,
  readUsers,
} from "./reading.ts";
import { newUser } from "./tables.ts";
import type { DatabaseKind } from "./target.ts";

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** What one figure stands for: a call, a row, a query. */
  readonly unit: string;
  /** Names that stand for several scenarios on the command line. */
  readonly groups: readonly string[];
  readonly databases: readonly DatabaseKind[];
  /** Rows of `bench_users`; 10,000 when absent. */
  readonly users?: number;
  /** Whether the tables must be made anew before each round. */
  readonly writes?: boolean;
  /** Loops at once, each asking again when it has its answer; 1 when absent. */
  readonly concurrency?: number;
  /** Connections of a pool; 1 when absent. */
  readonly connections?: number;
  /** How many units one call stands for; 1 when absent. */
  readonly units?: number;
  /** At most so many calls a round: rows would run out, or it takes long. */
  readonly mostCalls?: number;
  /** Nothing crosses a wire: pinning, delay and bytes mean nothing. */
  readonly isLocal?: boolean;
  readonly kind: "time" | "memory" | "opening";
  /** Whether the contender can do it. */
  readonly can: (operations: Operations) => boolean;
  /** One call; what it gives is added up, so that everything is read within the timed part. */
  readonly call: (operations: Operations, index: number) => Later<number>;
  /** Whether the sum of the first calls must be the same for all contenders. Not for what nobody gives in the same form. */
  readonly isComparable?: boolean;
  /** Of `kind: "opening"`: only the call of this number on a new connection is timed, which other statements have used before. All of it when absent. */
  readonly timedCall?: number;
  /** Of `kind: "memory"`: makes what is held. */
  readonly hold?: (operations: Operations) => Later<unknown>;
  /** Of `kind: "memory"`: finds the bytes by itself. `used` collects all garbage and says what is left. */
  readonly weigh?: (operations: Operations, used: () => number) => Promise<number>;
}

const both: readonly DatabaseKind[] = ["postgres", "sqlite"];
const idOf = (index: number): number => ((index * 7919) % 10_000) + 1;

/** A promise only where the operation gives one. */
const then = <T>(result: Later<T>, read: (result: T) => number): Later<number> =>
  result instanceof Promise ? result.then(read) : read(result);
const done = (): number => 0;
const isKey = (key: number): number => {
  if (!(Number(key) > 0)) throw new Error("No generated key came back.");
  return 0;
};

const timed = (name: string, title: string, can: Scenario["can"], call: Scenario["call"], more: Partial<Scenario> = {}): Scenario => ({
  name,
  title,
  unit: "call",
  groups: [name],
  databases: both,
  kind: "time",
  isComparable: true,
  can,
  call,
  ...more,
});

const bulk = (rows: number): Scenario => {
  const users = Array.from({ length: rows }, (_, index) => newUser(index));
  return timed(
    `bulk-${rows}`,
    `Insert ${rows.toLocaleString("en")} rows at once`,
    ({ insertMany }) => insertMany !== undefined,
    (operations) => then(operations.insertMany!(users), done),
    { groups: ["bulk", "inserts"], writes: true, unit: "row", units: rows, mostCalls: Math.max(1, 20_000 / rows) },
  );
};

const atOnce = (concurrency: number): Scenario =>
  timed(
    `concurrent-${concurrency}`,
    `By primary key, ${concurrency} at once, pool of 10`,
    ({ byId }) => byId !== undefined,
    (operations, index) => then(operations.byId!(idOf(index)), (user) => readUser(user!)),
    { groups: ["concurrent"], databases: ["postgres"], concurrency, connections: 10, unit: "query" },
  );

/** By primary key on a connection that has done other things but not this: its statement is parsed at the first call. */
const onNewConnection = (timedCall: number): Scenario => ({
  name: `cold-${timedCall}`,
  title: `Call ${timedCall} by primary key on a new connection`,
  unit: "call",
  groups: ["cold"],
  databases: both,
  users: 100,
  kind: "opening",
  timedCall,
  mostCalls: 3,
  isComparable: true,
  can: ({ byId, models }) => byId !== undefined && models !== undefined,
  call: (operations, index) => then(operations.byId!((index % 100) + 1), (user) => readUser(user!)),
});

/** Bytes that are there near the end and were not near the beginning, with all garbage collected both times. */
const growthOfStream = async (operations: Operations, used: () => number): Promise<number> => {
  let [seen, early, late] = [0, 0, 0];
  await operations.stream!(() => {
    seen++;
    if (seen === 10_000) early = used();
    if (seen === 90_000) late = used();
  });
  if (seen !== 100_000) throw new Error(`The stream gave ${seen} rows.`);
  return Math.max(0, late - early);
};

const hundred = Array.from({ length: 100 }, (_, index) => newUser(index));
const counters = Array.from({ length: 1000 }, (_, index) => ({ key: `key${index}`, hits: index }));

export const scenarios: readonly Scenario[] = [
  timed(
    "by-id",
    "One row by primary key",
    ({ byId }) => byId !== undefined,
    (operations, index) => then(operations.byId!(idOf(index)), (user) => readUser(user!)),
  ),
  timed(
    "insert-one",
    "Insert one row, its key comes back",
    ({ insertOne }) => insertOne !== undefined,
    (operations, index) => then(operations.insertOne!(newUser(index)), isKey),
    { groups: ["insert", "inserts"], writes: true, mostCalls: 2000 },
  ),
  timed(
    "read-modify-write",
    "Read, modify, write in a transaction",
    ({ readModifyWrite }) => readModifyWrite !== undefined,
    (operations, index) => then(operations.readModifyWrite!(idOf(index), 1), done),
    { writes: true, mostCalls: 2000 },
  ),
  timed(
    "models",
    "10,000 rows as objects, every value read",
    ({ models }) => models !== undefined,
    (operations) => then(operations.models!(), readUsers),
    { groups: ["rows"] },
  ),
  timed(
    "members",
    "10,000 rows with a boolean and a timestamp as objects, every value read",
    ({ members }) => members !== undefined,
    (operations) => then(operations.members!(), readMembers),
    { groups: ["rows", "dates"] },
  ),
  timed(
    "tuples",
    "10,000 rows as tuples, every value read",
    ({ tuples }) => tuples !== undefined,
    (operations) => then(operations.tuples!(), readTuples),
    { groups: ["rows"] },
  ),
  timed(
    "lazy",
    "10,000 lazy rows, nothing read",
    ({ lazy }) => lazy !== undefined,
    (operations) => then(operations.lazy!(), (rows) => rows.length),
    { groups: ["rows"] },
  ),
  timed(
    "lazy-one",
    "10,000 lazy rows, one value of each read",
    ({ lazy }) => lazy !== undefined,
    (operations) => then(operations.lazy!(), readKeys),
    { groups: ["rows"] },
  ),
  timed(
    "lazy-all",
    "10,000 lazy rows, every value read",
    ({ lazy }) => lazy !== undefined,
    (operations) => then(operations.lazy!(), readUsers),
    { groups: ["rows"] },
  ),
  timed(
    "column",
    "One column of 10,000 rows",
    ({ column }) => column !== undefined,
    (operations) => then(operations.column!(), readTexts),
    { groups: ["rows"] },
  ),
  {
    name: "opening",
    title: "Open, one row by primary key, close",
    unit: "call",
    groups: ["opening", "cold"],
    databases: both,
    kind: "opening",
    mostCalls: 3,
    isComparable: true,
    can: ({ byId }) => byId !== undefined,
    call: (operations) => then(operations.byId!(1), (user) => readUser(user!)),
  },
  onNewConnection(1),
  onNewConnection(2),
  onNewConnection(100),
  timed(
    "insert-loop",
    "100 rows one by one in one transaction",
    ({ insertLoop }) => insertLoop !== undefined,
    (operations) => then(operations.insertLoop!(hundred), done),
    { groups: ["inserts"], writes: true, unit: "row", units: 100, mostCalls: 20 },
  ),
  bulk(100),
  bulk(1000),
  bulk(10_000),
  timed(
    "eager-select",
    "100 authors with 10 posts each, a statement a table",
    ({ eagerSelect }) => eagerSelect !== undefined,
    (operations) => then(operations.eagerSelect!(), readAuthors),
    { groups: ["eager"] },
  ),
  timed(
    "eager-join",
    "100 authors with 10 posts each, by one join",
    ({ eagerJoin }) => eagerJoin !== undefined,
    (operations) => then(operations.eagerJoin!(), readAuthors),
    { groups: ["eager"] },
  ),
  timed(
    "feed",
    "Posts of a tag with author and tags, the 20 most viewed",
    ({ feed }) => feed !== undefined,
    (operations, index) => then(operations.feed!(`tag${index % 20}`), readFeed),
    { groups: ["join"] },
  ),
  timed(
    "totals",
    "Count, sum and mean by group, 10,000 rows",
    ({ totals }) => totals !== undefined,
    (operations) => then(operations.totals!(10), readTotals),
    { groups: ["aggregation"] },
  ),
  timed(
    "update-one",
    "Update one row",
    ({ updateOne }) => updateOne !== undefined,
    (operations, index) => then(operations.updateOne!(idOf(index), index % 100), done),
    { groups: ["update"], writes: true, mostCalls: 2000 },
  ),
  timed(
    "delete-one",
    "Delete one row",
    ({ deleteOne }) => deleteOne !== undefined,
    (operations, index) => then(operations.deleteOne!(idOf(index)), done),
    { groups: ["delete"], writes: true, mostCalls: 2000 },
  ),
  timed(
    "upsert",
    "1,000 upserts, half of the keys are there",
    ({ upsert }) => upsert !== undefined,
    (operations) => then(operations.upsert!(counters), done),
    { writes: true, unit: "row", units: 1000, mostCalls: 20 },
  ),
  timed(
    "json",
    "100 documents by a key in their JSON",
    ({ documents }) => documents !== undefined,
    (operations, index) => then(operations.documents!(`k${index % 10}`), readDocuments),
  ),
  timed(
    "stream",
    "Stream 100,000 rows",
    ({ stream }) => stream !== undefined,
    async (operations) => {
      let sum = 0;
      await operations.stream!((user) => {
        sum = (sum + Math.imul(readUser(user), 2_654_435_761)) | 0;
      });
      return sum;
    },
    { users: 100_000, unit: "row", units: 100_000, mostCalls: 1 },
  ),
  atOnce(1),
  atOnce(16),
  atOnce(64),
  atOnce(256),
  timed(
    "build",
    "Build a query by id, not run",
    ({ build }) => build !== undefined,
    (operations, index) => (typeof operations.build!(index) === "string" ? 1 : 0),
    { groups: ["building"], isLocal: true, isComparable: false },
  ),
  timed(
    "build-longer",
    "Build filter + order + limit, not run",
    ({ buildLonger }) => buildLonger !== undefined,
    (operations, index) => (typeof operations.buildLonger!(index & 63) === "string" ? 1 : 0),
    { groups: ["building"], isLocal: true, isComparable: false },
  ),
  timed(
    "acquire",
    "Take a connection and put it back",
    ({ acquire }) => acquire !== undefined,
    (operations) => then(operations.acquire!(), done),
    {
      databases: ["postgres"],
      isLocal: true,
      connections: 10,
    },
  ),
  timed(
    "convert",
    "10,000 rows that are there, made into instances",
    ({ convert }) => convert !== undefined,
    (operations) => then(operations.convert!(), readUsers),
    { groups: ["rows"], isLocal: true },
  ),
  {
    name: "memory-rows",
    title: "Memory kept by a row of 5 columns",
    unit: "row",
    units: 10_000,
    groups: ["memory"],
    databases: both,
    kind: "memory",
    can: ({ models }) => models !== undefined,
    call: done,
    hold: (operations) => operations.models!(),
  },
  {
    name: "memory-objects",
    title: "Memory kept by an object of 5 fields, whose texts are there already",
    unit: "object",
    units: 10_000,
    groups: ["memory"],
    databases: both,
    kind: "memory",
    can: ({ convert }) => convert !== undefined,
    call: done,
    hold: (operations) => operations.convert!(),
  },
  {
    name: "memory-members",
    title: "Memory kept by a row of 6 columns, one of them a timestamp",
    unit: "row",
    units: 10_000,
    groups: ["memory", "dates"],
    databases: both,
    kind: "memory",
    can: ({ members }) => members !== undefined,
    call: done,
    hold: (operations) => operations.members!(),
  },
  {
    name: "memory-stream",
    title: "Memory that grows while 100,000 rows are streamed",
    unit: "stream",
    users: 100_000,
    groups: ["memory", "stream"],
    databases: both,
    kind: "memory",
    can: ({ stream }) => stream !== undefined,
    call: done,
    weigh: growthOfStream,
  },
  {
    name: "memory-queries",
    title: "Memory kept by a query by id",
    unit: "query",
    units: 10_000,
    groups: ["memory"],
    databases: both,
    kind: "memory",
    can: ({ keptQuery }) => keptQuery !== undefined,
    call: done,
    hold: (operations) => Array.from({ length: 10_000 }, (_, index) => operations.keptQuery!(index)),
  },
  {
    name: "memory-connections",
    title: "Memory kept by an idle connection, client side",
    unit: "connection",
    units: 50,
    groups: ["memory", "idle-connections"],
    databases: ["postgres"],
    connections: 50,
    kind: "memory",
    can: ({ byId }) => byId !== undefined,
    call: done,
  },
];

/** By names and names of groups; all without any. */
export const namedScenarios = (wanted: readonly string[]): readonly Scenario[] => {
  const unknown = wanted.find((word) => !scenarios.some(({ name, groups }) => name === word || groups.includes(word)));
  if (unknown !== undefined) {
    const words = [...new Set(scenarios.flatMap(({ name, groups }) => [name, ...groups]))].sort();
    throw new Error(`There is no scenario '${unknown}'. There are: ${words.join(", ")}.`);
  }
  if (wanted.length === 0) return scenarios;
  return scenarios.filter(({ name, groups }) => wanted.some((word) => word === name || groups.includes(word)));
};
