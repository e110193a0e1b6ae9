/** What a shell has to know to complete commands and options: the list of commands as a function of bash. */
import type { Command } from "./command.ts";

const everywhere: readonly string[] = ["--url", "--config", "--json", "--help"];

const wordsBehind = (commands: readonly Command[]): ReadonlyMap<string, readonly string[]> => {
  const words = new Map<string, Set<string>>([["", new Set(["--help", "--version"])]]);
  for (const { path, options = [] } of commands) {
    const parts = path.split(" ");
    for (const [place, part] of parts.entries()) {
      const before = parts.slice(0, place).join(" ");
      if (!words.has(before)) words.set(before, new Set());
      words.get(before)!.add(part);
    }
    words.set(path, new Set([...options.map(({ flags }) => flags.split(" ")[0]!), ...everywhere]));
  }
  return new Map([...words].map(([path, found]) => [path, [...found]]));
};

/** Paths and flags are ours: lower-case letters, blanks and hyphens, which mean nothing to a shell inside of double quotes. */
export const bashCompletion = (commands: readonly Command[]): string => {
  const cases = [...wordsBehind(commands)].map(([path, words]) => `    "${path}") found="${words.join(" ")}" ;;`);
  return `_petrel() {
  local word path="" found=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) break ;; esac
    path="\${path:+$path }$word"
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$found" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _petrel petrel
`;
};
