/** What a shell has to know to complete commands and options: the list of commands as a function of that shell. */
import type { Command } from "./command.ts";

const everywhere: readonly string[] = ["--url", "--database", "--config", "--json", "--help"];

const wordsBehind = (commands: readonly Command[]): ReadonlyMap<string, readonly string[]> => {
  const words = new Map<string, Set<string>>([["", new Set(["--help", "--version"])]]);
  for (const { path, options = [], arguments: own = [] } of commands) {
    const parts = path.split(" ");
    for (const [place, part] of parts.entries()) {
      const before = parts.slice(0, place).join(" ");
      if (!words.has(before)) words.set(before, new Set());
      words.get(before)!.add(part);
    }
    const values = own[0]?.values ?? [];
    words.set(path, new Set([...values, ...options.map(({ flags }) => flags.split(" ")[0]!), ...everywhere]));
  }
  return new Map([...words].map(([path, found]) => [path, [...found]]));
};

type Script = (words: ReadonlyMap<string, readonly string[]>) => string;

const lines = (words: ReadonlyMap<string, readonly string[]>, line: (path: string, found: string) => string): string =>
  [...words].map(([path, found]) => line(path, found.join(" "))).join("\n");

// Paths and flags are ours: lower-case letters, blanks and hyphens, which mean nothing to a shell inside of double quotes.
const bash: Script = (words) => `_petrel() {
  local word path="" found=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) break ;; esac
    path="\${path:+$path }$word"
  done
  case "$path" in
${lines(words, (path, found) => `    "${path}") found="${found}" ;;`)}
  esac
  COMPREPLY=($(compgen -W "$found" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _petrel petrel
`;

// In zsh "path" is the list behind PATH. Read from a folder of fpath the script is the function's body, read by "source" it makes it known.
const zsh: Script = (words) => `#compdef petrel
_petrel() {
  local word trail=""
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in -*) break ;; esac
    trail="\${trail:+$trail }$word"
  done
  case "$trail" in
${lines(words, (path, found) => `    "${path}") found=(${found}) ;;`)}
  esac
  compadd -a found || _files
}
if [[ "\${funcstack[1]}" == _petrel ]]; then _petrel "$@"; else compdef _petrel petrel; fi
`;

const fish: Script = (words) => `function __petrel_words
  set -l trail
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; and break
    set -a trail $word
  end
  switch "$trail"
${lines(words, (path, found) => `    case "${path}"\n      string split " " -- "${found}"`)}
  end
end
complete -c petrel -n '__petrel_words | string length -q' -f -a '(__petrel_words)'
`;

const scripts = { bash, zsh, fish };
export type Shell = keyof typeof scripts;

export const shells: readonly string[] = Object.keys(scripts);

export const isShell = (name: string): name is Shell => Object.hasOwn(scripts, name);

export const completionScript = (shell: Shell, commands: readonly Command[]): string => scripts[shell](wordsBehind(commands));
