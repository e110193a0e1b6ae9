/** The part of `@opentelemetry/api` that is used here, and the only place that names the package. Decision 0026. */
import { ConfigurationError } from "../../base/errors.ts";

type AttributeValue = string | number | boolean;
export type Attributes = Record<string, AttributeValue>;

export interface Span {
  setAttribute(name: string, value: AttributeValue): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  recordException(exception: { name: string; code: string; message: string }): void;
  end(): void;
}
interface Tracer<Context> {
  startSpan(name: string, options: { kind: number; attributes: Attributes }, context: Context): Span;
}
interface Observed {
  observe(value: number, attributes?: Attributes): void;
}
interface ObservableCounter {
  addCallback(callback: (result: Observed) => void): void;
  removeCallback(callback: (result: Observed) => void): void;
}
export interface Histogram {
  record(value: number, attributes?: Attributes): void;
}
interface Counter {
  add(value: number, attributes?: Attributes): void;
}
export interface Meter {
  createCounter(name: string, options: { description: string; unit: string }): Counter;
  createHistogram(name: string, options: { description: string; unit: string; advice: { explicitBucketBoundaries: number[] } }): Histogram;
  createObservableUpDownCounter(name: string, options: { description: string; unit: string }): ObservableCounter;
}

/** What `import * as api from "@opentelemetry/api"` gives, as far as it is used. */
export interface OpenTelemetryApi<Context = unknown> {
  readonly trace: {
    getTracer(name: string, version?: string): Tracer<Context>;
    setSpan(context: Context, span: never): Context;
  };
  readonly metrics: { getMeter(name: string, version?: string): Meter };
  readonly context: {
    active(): Context;
    with<T>(context: Context, work: () => T): T;
  };
}

export const internalKind = 0;
export const clientKind = 2;
export const errorStatus = 2;

/** Throws `ConfigurationError` where the package is not installed. */
export const loadApi = async (): Promise<OpenTelemetryApi> => {
  const name = "@opentelemetry/api";
  try {
    return (await import(name)) as OpenTelemetryApi;
  } catch (error) {
    throw new ConfigurationError("openTelemetry() needs the package @opentelemetry/api: npm install @opentelemetry/api.", { cause: error });
  }
};
