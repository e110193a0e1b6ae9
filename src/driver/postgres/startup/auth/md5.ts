/** The MD5 way of authentication, as old as it is: the server stores what suffices to log in. Servers since PostgreSQL 14 prefer SCRAM. */
import { createHash } from "node:crypto";
import { AuthenticationFailed } from "../../../../base/errors.ts";

const md5 = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/** What PasswordMessage holds: `md5` and md5(md5(password, user), salt). Throws `AuthenticationFailed` without a password. */
export const md5Password = (user: string, password: string, salt: Uint8Array): string => {
  if (password === "") throw new AuthenticationFailed("The server asks for a password, and none is configured.");
  return `md5${md5(md5(password, user), salt)}`;
};
