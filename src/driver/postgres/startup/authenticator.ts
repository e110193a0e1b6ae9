/** Answers what the server asks to see, as far as the configuration lets it. */
import { AuthenticationFailed, ProtocolError } from "../../../base/errors.ts";
import { md5Password } from "./auth/md5.ts";
import { cleartextPassword } from "./auth/password.ts";
import { ScramExchange } from "./auth/scram.ts";
import type { AuthMethod, ConnectConfig } from "./config.ts";
import type { ByteWriter } from "../protocol/byte-writer.ts";
import type { AuthenticationRequest } from "../protocol/read.ts";
import { writePassword, writeSaslInitialResponse, writeSaslResponse } from "../protocol/write.ts";
import type { Wire } from "./socket.ts";

export type Answer = (writer: ByteWriter) => void;

export class Authenticator {
  readonly #config: ConnectConfig;
  readonly #wire: Wire;
  readonly #isLocal: boolean;
  readonly #password: () => Promise<string | null>;
  #scram: ScramExchange | null = null;
  #hasProof = false;
  #hasAnswered = false;
  /** Whether the server has let us in and, where it had to, proved itself. */
  isDone = false;

  constructor(config: ConnectConfig, wire: Wire, isLocal: boolean, password: () => Promise<string | null>) {
    this.#config = config;
    this.#wire = wire;
    this.#isLocal = isLocal;
    this.#password = password;
  }

  /** What to send, or null when the server is satisfied. Throws `AuthenticationFailed` rather than give away what it must not. */
  async answer(request: AuthenticationRequest): Promise<Answer | null> {
    switch (request.kind) {
      case "ok":
        return this.#accept();
      case "cleartext":
        return this.#cleartext();
      case "md5": {
        this.#allow("md5");
        const hash = md5Password(this.#config.user, await this.#secret(), request.salt);
        return (writer) => writePassword(writer, hash);
      }
      case "sasl":
        return this.#sasl(request.mechanisms);
      case "saslContinue": {
        const answer = await this.#exchange().answer(request.data);
        return (writer) => writeSaslResponse(writer, answer);
      }
      case "saslFinal":
        this.#exchange().finish(request.data);
        this.#hasProof = true;
        return null;
      case "unsupported":
        throw new AuthenticationFailed(
          `The server asks for ${request.name}, which Petrel does not speak. Use scram-sha-256 in pg_hba.conf.`,
        );
    }
  }

  #accept(): null {
    if (this.#scram !== null && !this.#hasProof)
      throw new AuthenticationFailed("The server let us in without proving that it knows the password.");
    if (this.#config.channelBinding === "require" && !this.#hasProof) {
      throw new AuthenticationFailed("channel_binding=require, but the server let us in without SCRAM.");
    }
    if (this.#scram === null && !this.#hasAnswered) this.#allow("none");
    this.isDone = true;
    return null;
  }

  async #cleartext(): Promise<Answer> {
    this.#allow("password");
    const isPrivate = this.#wire.isEncrypted || this.#isLocal;
    const password = cleartextPassword(await this.#secret(), { isPrivate, isAllowed: this.#config.allowCleartextPassword });
    return (writer) => writePassword(writer, password);
  }

  async #sasl(mechanisms: readonly string[]): Promise<Answer> {
    if (this.#scram !== null) throw new ProtocolError("The server began a second authentication. The connection is closed.");
    this.#allow("scram-sha-256");
    const { channelBinding } = this.#config;
    const scram = new ScramExchange({ password: await this.#secret(), mechanisms, channelBinding, certificate: this.#wire.certificate });
    this.#scram = scram;
    return (writer) => writeSaslInitialResponse(writer, scram.mechanism, scram.firstMessage);
  }

  #exchange(): ScramExchange {
    if (this.#scram === null)
      throw new ProtocolError("The server went on with an authentication that never began. The connection is closed.");
    return this.#scram;
  }

  #allow(method: AuthMethod): void {
    this.#hasAnswered = true;
    const { allowedAuth, channelBinding } = this.#config;
    if (allowedAuth !== null && !allowedAuth.has(method)) {
      throw new AuthenticationFailed(`The server asks for the authentication method '${method}', which require_auth does not allow.`);
    }
    if (channelBinding === "require" && method !== "scram-sha-256" && method !== "none") {
      throw new AuthenticationFailed(`channel_binding=require, but the server asks for '${method}' instead of SCRAM.`);
    }
  }

  async #secret(): Promise<string> {
    return (await this.#password()) ?? "";
  }
}
