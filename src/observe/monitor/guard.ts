/** Who may see what the monitor serves: whoever has the token, from a page of the monitor's own. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";

export const newToken = (): string => randomBytes(24).toString("base64url");

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Takes as long for a wrong token as for the right one, whatever its length. */
export const hasToken = ({ headers }: IncomingMessage, token: string): boolean => {
  const [, given = ""] = /^Bearer (.+)$/.exec(headers.authorization ?? "") ?? [];
  return timingSafeEqual(digest(given), digest(token));
};

/** A name that some DNS server points at this machine is not one of ours: a page from there may not read what is served here. */
export const isOwnHost = ({ headers }: IncomingMessage, port: number): boolean =>
  [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`].includes(headers.host ?? "");

/** What a browser is to allow the page: its own script and style, and connections to where it came from. */
export const pageHeaders = (nonce: string): OutgoingHttpHeaders => ({
  ...plainHeaders,
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
});

export const plainHeaders: OutgoingHttpHeaders = {
  "Content-Type": "text/plain; charset=utf-8",
  "Cache-Control": "no-store",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};
