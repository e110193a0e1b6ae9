/**
 * LISTEN on one connection for all channels, apart from the pool: a connection that others use could be given back, and with it the channels.
 *
 * PostgreSQL keeps nothing for those who are away. When the connection is lost it is opened again, every channel is subscribed again, and
 * each subscriber is told of the gap, so that it can look for itself what it missed.
 */
import { ConfigurationError, DatabaseClosed } from "../../base/errors.ts";
import type { Hear, Subscription } from "../features.ts";
import type { PoolEvents } from "../pool.ts";
import type { PostgresConnection } from "./connection.ts";
import type { Notification } from "./protocol/read.ts";

export type ConnectListener = (
  heard: (notification: Notification) => void,
  events: PoolEvents,
  signal: AbortSignal,
) => Promise<PostgresConnection>;

interface Subscriber {
  readonly hear: Hear;
  readonly gap: ((channel: string) => void) | undefined;
}

const longestPauseMs = 5000;

const request = (text: string) => ({ text, values: [], writes: true, bigints: false, batched: false });

const quote = (channel: string): string => `"${channel.replaceAll('"', '""')}"`;

/** Names are cut by the server at 63 bytes, and two channels would become one. */
const checkChannel = (channel: string): void => {
  if (channel === "" || channel.includes("\0") || Buffer.byteLength(channel) > 63) {
    throw new ConfigurationError("A channel's name must have 1 to 63 bytes and no NUL character.");
  }
};

export class Listener {
  readonly #connect: ConnectListener;
  /** Whether the server at the other end stays the same one; known for certain once there is a connection. */
  readonly #keepsSession: () => boolean;
  /** The same for whether the server has notifications at all. */
  readonly #hasNotifications: () => boolean;
  readonly #channels = new Map<string, Set<Subscriber>>();
  readonly #stop = new AbortController();
  #connection: Promise<PostgresConnection> | null = null;
  #retry: NodeJS.Timeout | null = null;
  #failures = 0;

  constructor(connect: ConnectListener, keepsSession: () => boolean, hasNotifications: () => boolean) {
    this.#connect = connect;
    this.#keepsSession = keepsSession;
    this.#hasNotifications = hasNotifications;
  }

  /** Rejects when the channel cannot be subscribed now; then nothing is left behind. */
  async listen(channel: string, hear: Hear, gap?: (channel: string) => void): Promise<Subscription> {
    checkChannel(channel);
    if (this.#stop.signal.aborted) throw closed();
    const subscriber: Subscriber = { hear, gap };
    const subscribers = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, subscribers);
    subscribers.add(subscriber);
    try {
      const connection = await this.#open();
      if (!this.#keepsSession()) throw unheard();
      if (!this.#hasNotifications()) throw notThere();
      await connection.run(request(`LISTEN ${quote(channel)}`));
    } catch (error) {
      if (this.#remove(channel, subscriber)) await this.#hangUp();
      throw error;
    }
    return { unlisten: () => this.#unlisten(channel, subscriber) };
  }

  #remove(channel: string, subscriber: Subscriber): boolean {
    const subscribers = this.#channels.get(channel);
    if (subscribers === undefined || !subscribers.delete(subscriber) || subscribers.size > 0) return false;
    this.#channels.delete(channel);
    return true;
  }

  async #unlisten(channel: string, subscriber: Subscriber): Promise<void> {
    if (!this.#remove(channel, subscriber)) return;
    const connection = await this.#connection?.catch(() => null);
    await connection?.run(request(`UNLISTEN ${quote(channel)}`)).catch(() => undefined);
    await this.#hangUp();
  }

  /** The last one who leaves ends the connection. */
  async #hangUp(): Promise<void> {
    const connection = await this.#connection?.catch(() => null);
    if (this.#channels.size > 0 || connection === undefined || connection === null) return;
    this.#connection = null;
    connection.end();
  }

  #open(): Promise<PostgresConnection> {
    this.#connection ??= this.#dial();
    return this.#connection;
  }

  #dial(): Promise<PostgresConnection> {
    const attempt = this.#connect(
      (notification) => this.#heard(notification),
      { idle: () => undefined, ended: () => this.#lost(attempt) },
      this.#stop.signal,
    );
    attempt.catch(() => {
      if (this.#connection === attempt) this.#connection = null;
    });
    return attempt;
  }

  #heard({ channel, payload, processId }: Notification): void {
    for (const { hear } of this.#channels.get(channel) ?? []) later(() => hear(payload, processId));
  }

  #lost(attempt: Promise<PostgresConnection>): void {
    if (this.#connection !== attempt) return;
    this.#connection = null;
    if (this.#channels.size > 0) this.#again();
  }

  #again(): void {
    if (this.#stop.signal.aborted || this.#retry !== null) return;
    const pauseMs = Math.min(longestPauseMs, 20 * 2 ** this.#failures++) * (0.5 + Math.random() / 2);
    this.#retry = setTimeout(() => {
      this.#retry = null;
      this.#resubscribe().then(
        () => (this.#failures = 0),
        () => this.#again(),
      );
    }, pauseMs);
  }

  async #resubscribe(): Promise<void> {
    const connection = await this.#open();
    const channels = [...this.#channels.keys()];
    await Promise.all(channels.map((channel) => connection.run(request(`LISTEN ${quote(channel)}`))));
    for (const channel of channels) for (const { gap } of this.#channels.get(channel) ?? []) later(() => gap?.(channel));
  }

  async close(): Promise<void> {
    this.#stop.abort(closed());
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#channels.clear();
    const connection = await this.#connection?.catch(() => null);
    this.#connection = null;
    connection?.end();
  }
}

/** Outside of the reading of messages, which a listener's error must not stop. */
const later = (act: () => void): void => void setImmediate(act);

const unheard = (): ConfigurationError =>
  new ConfigurationError(
    'Behind a pooler that gives each transaction another server connection nothing is heard. Listen with a database that is opened on the server itself, or say pooler: "none" if this one keeps its sessions.',
  );

const notThere = (): ConfigurationError =>
  new ConfigurationError("This server has no LISTEN and NOTIFY, as its flavor says. Ask a table for what is new, or use a message broker.");

const closed = (): DatabaseClosed => new DatabaseClosed("The database is closed: nobody can listen any more.", { mayHaveRun: false });
