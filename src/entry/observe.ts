/** What `import … from "petrel/observe"` gives: watching what a program asks of its databases. */
export { intercept, type Interceptor } from "../engine/interceptor.ts";
export { sampleCallSites } from "../engine/call-site.ts";
export type { LoadedRelation } from "../engine/loaded-relation.ts";
export type { AcquireMessage, TransactionMessage } from "../engine/transaction-trace.ts";
export type { WatchedStatement, Way } from "../engine/watched-statement.ts";
export { AlertManager, type Alert, type AlertKind, type AlertOptions } from "../observe/alerts.ts";
export { MemoryMonitor } from "../observe/memory-monitor.ts";
export type { MemoryUsage } from "../observe/memory.ts";
export { PerformanceMonitor, type Metrics, type PerformanceMonitorOptions, type TrackedWork } from "../observe/performance-monitor.ts";
export { QueryProfiler, type ProfiledQuery, type ProfileResult } from "../observe/query-profiler.ts";
export { ConnectionMonitor } from "./connection-monitor.ts";
export { configure, type LoggingOptions, type ObserveOptions } from "../observe/configure.ts";
export { expectQueries, noNPlusOne } from "../observe/expectations.ts";
export type { NPlusOne } from "../observe/n-plus-one.ts";
