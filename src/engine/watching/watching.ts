/** Whether anybody watches. The question is asked for every statement, so the answer is one flag and the channels' own. */
import { tracingChannel } from "node:diagnostics_channel";

/** Node's tracing channels of Petrel. What is published holds a `statement`; whether a `transaction` was kept; the `write` a connection is reserved for; which `migration`, and its `direction`. */
export const channels = {
  query: tracingChannel("petrel:query"),
  acquire: tracingChannel("petrel:acquire"),
  transaction: tracingChannel("petrel:transaction"),
  migration: tracingChannel("petrel:migration"),
};

type Channel = (typeof channels)[keyof typeof channels];

/** Whether somebody subscribed to one of the channel's events. */
export const isHeard = ({ start, end, asyncStart, asyncEnd, error }: Channel): boolean =>
  start.hasSubscribers || end.hasSubscribers || asyncEnd.hasSubscribers || error.hasSubscribers || asyncStart.hasSubscribers;

let interceptors = 0;

export const countInterceptors = (difference: 1 | -1): void => {
  interceptors += difference;
};

export const isWatched = (): boolean => interceptors > 0 || isHeard(channels.query);
