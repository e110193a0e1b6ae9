/** What `import … from "petrel/observe"` gives: watching what a program asks of its databases. */
export { intercept, type Interceptor } from "../engine/interceptor.ts";
export { sampleCallSites } from "../engine/call-site.ts";
export type { LoadedRelation } from "../engine/loaded-relation.ts";
export type { AcquireMessage, TransactionMessage } from "../engine/transaction-trace.ts";
export type { WatchedStatement, Way } from "../engine/watched-statement.ts";
