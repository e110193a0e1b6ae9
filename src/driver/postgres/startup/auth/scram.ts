/**
 * SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), the client's side.
 *
 *   client   mechanism, n,,n=,r=<nonce>          →
 *   server   r=<nonce><more>,s=<salt>,i=<rounds> ←   checked: our nonce in front, something of the server's own behind it, rounds within the cap
 *   client   c=<binding>,r=<nonce>,p=<proof>     →
 *   server   v=<signature>                       ←   checked: whoever does not know the password cannot make it
 *
 * The exchange has succeeded only after `finish`: a server that says "ok" before is not to be believed.
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { AuthenticationFailed } from "../../../../base/errors.ts";
import { certificateHash } from "./certificate-hash.ts";
import { saslPrep } from "./sasl-prep.ts";

/** The salted password. The work is done outside of the event loop. */
const derive = (password: string, salt: Buffer, iterations: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    pbkdf2(password, salt, iterations, 32, "sha256", (error, key) => (error === null ? resolve(key) : reject(error)));
  });

/** libpq's meanings: never use it; use it where both sides can; refuse to go on without it. */
export type ChannelBinding = "disable" | "prefer" | "require";

export interface ScramOptions {
  readonly password: string;
  /** What the server offers, from AuthenticationSASL. */
  readonly mechanisms: readonly string[];
  readonly channelBinding: ChannelBinding;
  /** The server's certificate in DER; `null` on a connection without TLS. */
  readonly certificate: Uint8Array | null;
  /** Rounds of the password's derivation that are accepted. A hostile server could ask for hours of work. Default 10,000,000. */
  readonly maxIterations?: number;
  /** For tests of known exchanges only: otherwise random. */
  readonly nonce?: string;
}

const plain = "SCRAM-SHA-256";
const bound = "SCRAM-SHA-256-PLUS";
const minIterations = 1;
const defaultMaxIterations = 10_000_000;

const failed = (message: string): AuthenticationFailed => new AuthenticationFailed(message);

interface Binding {
  readonly mechanism: string;
  /** The header that says whether the client binds: `n` cannot, `y` could but the server does not offer it, `p` does. */
  readonly header: string;
  readonly data: Buffer;
}

const chooseBinding = ({ mechanisms, channelBinding, certificate }: ScramOptions): Binding => {
  const hash = certificate === null || channelBinding === "disable" ? null : certificateHash(certificate);
  if (mechanisms.includes(bound) && hash !== null) return { mechanism: bound, header: "p=tls-server-end-point,,", data: hash };
  if (channelBinding === "require") throw failed(whyUnbound(mechanisms, certificate));
  if (!mechanisms.includes(plain)) throw failed(`The server offers no way of authentication that is known here (${plain}, ${bound}).`);
  // With `y` the server notices when someone between has taken its offer of binding away.
  const header = hash !== null ? "y,," : "n,,";
  return { mechanism: plain, header, data: Buffer.alloc(0) };
};

const whyUnbound = (mechanisms: readonly string[], certificate: Uint8Array | null): string => {
  if (certificate === null) return "channel_binding=require needs TLS, and the connection has none. Set sslmode.";
  if (!mechanisms.includes(bound))
    return "channel_binding=require is set, and the server does not offer channel binding. Someone may stand between.";
  return "channel_binding=require is set, and the server's certificate has a signature for which no channel binding is defined (Ed25519).";
};

const hmac = (key: Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();
const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, index) => byte ^ b[index]!));

/** Attributes of a SCRAM message, by their letter. Throws for a message that has none. */
const attributes = (message: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const part of message.split(",")) {
    if (part[1] !== "=") throw failed("The server's SCRAM message is malformed.");
    found.set(part[0]!, part.slice(2));
  }
  return found;
};

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const decodeBase64 = (text: string | undefined, what: string): Buffer => {
  if (text === undefined || text === "" || !base64.test(text)) throw failed(`The server's SCRAM message has no ${what}.`);
  return Buffer.from(text, "base64");
};

interface Challenge {
  readonly nonce: string;
  readonly salt: Buffer;
  readonly iterations: number;
}

const readChallenge = (message: string, ownNonce: string, maxIterations: number): Challenge => {
  const found = attributes(message);
  if (found.has("m")) throw failed("The server demands a SCRAM extension that does not exist.");
  const nonce = found.get("r") ?? "";
  if (!nonce.startsWith(ownNonce) || nonce.length === ownNonce.length) {
    throw failed("The server's SCRAM nonce does not continue the client's. Someone may stand between.");
  }
  const rounds = found.get("i") ?? "";
  const iterations = /^[1-9]\d{0,9}$/.test(rounds) ? Number(rounds) : 0;
  if (iterations < minIterations) throw failed("The server's SCRAM message has no iteration count.");
  if (iterations > maxIterations) {
    throw failed(`The server asks for ${iterations} SCRAM iterations, more than the ${maxIterations} that are accepted.`);
  }
  return { nonce, salt: decodeBase64(found.get("s"), "salt"), iterations };
};

export class ScramExchange {
  /** For SASLInitialResponse. */
  readonly mechanism: string;
  readonly firstMessage: string;
  readonly #options: ScramOptions;
  readonly #binding: Binding;
  readonly #nonce: string;
  readonly #bare: string;
  #expectedSignature: Buffer | null = null;

  /** Throws `AuthenticationFailed` when no mechanism fits, or channel binding is required and cannot be. */
  constructor(options: ScramOptions) {
    if (options.password === "") throw failed("The server asks for a password, and none is configured.");
    this.#options = options;
    this.#binding = chooseBinding(options);
    this.#nonce = options.nonce ?? randomBytes(18).toString("base64");
    // PostgreSQL takes the user from the startup message and ignores this one.
    this.#bare = `n=,r=${this.#nonce}`;
    this.mechanism = this.#binding.mechanism;
    this.firstMessage = this.#binding.header + this.#bare;
  }

  /** Answers AuthenticationSASLContinue. The derivation runs outside of the event loop. Throws `AuthenticationFailed` for a challenge that cannot be. */
  async answer(challenge: string): Promise<string> {
    const { password, maxIterations = defaultMaxIterations } = this.#options;
    const { nonce, salt, iterations } = readChallenge(challenge, this.#nonce, maxIterations);
    const salted = await derive(saslPrep(password), salt, iterations);
    const binding = Buffer.concat([Buffer.from(this.#binding.header), this.#binding.data]).toString("base64");
    const withoutProof = `c=${binding},r=${nonce}`;
    const exchange = `${this.#bare},${challenge},${withoutProof}`;
    const clientKey = hmac(salted, "Client Key");
    const proof = xor(clientKey, hmac(sha256(clientKey), exchange));
    this.#expectedSignature = hmac(hmac(salted, "Server Key"), exchange);
    return `${withoutProof},p=${proof.toString("base64")}`;
  }

  /** Checks AuthenticationSASLFinal. Throws `AuthenticationFailed` when the server does not prove that it knows the password. */
  finish(message: string): void {
    const found = attributes(message);
    if (found.has("e")) throw failed("The server refused the SCRAM exchange.");
    const signature = decodeBase64(found.get("v"), "signature");
    const expected = this.#expectedSignature;
    if (expected === null) throw failed("The server ended the SCRAM exchange before it began.");
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw failed("The server could not prove that it knows the password: it is not the server it claims to be.");
    }
  }
}
