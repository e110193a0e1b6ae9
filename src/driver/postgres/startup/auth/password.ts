/** The password in plain sight, which is fit for an encrypted connection only. */
import { AuthenticationFailed } from "../../../../base/errors.ts";

export interface CleartextCircumstances {
  /** TLS, or a Unix socket, which nobody else can listen to. */
  readonly isPrivate: boolean;
  /** The user's own word that cleartext may go over a connection that others can read. */
  readonly isAllowed: boolean;
}

/** The password, when it may be sent. Throws `AuthenticationFailed` when it may not, or there is none. */
export const cleartextPassword = (password: string, { isPrivate, isAllowed }: CleartextCircumstances): string => {
  if (password === "") throw new AuthenticationFailed("The server asks for a password, and none is configured.");
  if (isPrivate || isAllowed) return password;
  throw new AuthenticationFailed(
    "The server asks for the password in cleartext over a connection that is not encrypted. Use TLS (sslmode=require), or SCRAM on the server.",
  );
};
