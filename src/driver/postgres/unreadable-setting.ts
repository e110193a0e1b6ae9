/** Settings of a session under which its texts cannot be read or written safely; they may also change in the middle of it. */

/** Why a session with this setting cannot be read, or null. */
export const unreadableSetting = (name: string, value: string): string | null => {
  if (name === "client_encoding" && value !== "UTF8")
    return `The session's client_encoding was set to ${value.slice(0, 40)}; Petrel reads UTF8 only.`;
  if (name === "standard_conforming_strings" && value !== "on")
    return "The session's standard_conforming_strings was switched off, which makes quoting unsafe.";
  if (name === "DateStyle" && !value.startsWith("ISO"))
    return `The session's DateStyle was set to ${value.slice(0, 40)}; Petrel reads ISO only.`;
  return null;
};
