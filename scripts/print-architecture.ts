/** Prints `docs/architecture.md` from the map in `test/floors.ts`. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { maxFiles, maxLines, rooms, type Room } from "../test/floors.ts";

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

const floorsFromTheTop = (): [number, string[]][] => {
  const names = Object.keys(rooms);
  const floors = [...new Set(names.map((name) => rooms[name]?.floor ?? 0))].sort((a, b) => b - a);
  return floors.map((floor) => [floor, names.filter((name) => rooms[name]?.floor === floor)]);
};

const drawing = (): string =>
  floorsFromTheTop()
    .map(([floor, names]) => `${String(floor).padStart(3)}  ${names.join("  ·  ")}`)
    .join("\n");

const foreign = (byFolder: Readonly<Record<string, readonly string[]>> = {}): string =>
  Object.entries(byFolder)
    .map(([folder, names]) => `\n- \`${folder}/\` may use ${code(names)}`)
    .join("");

const foldersOf = ({ folders = {} }: Room): string =>
  Object.entries(folders)
    .map(([folder, idea]) => `\n- \`${folder}/\`: ${idea}`)
    .join("");

const describeRoom = ([name, room]: [string, Room]): string =>
  `### ${room.floor} · \`${name}/\`\n\n${room.idea}\n\n` +
  `- imports ${room.imports.length === 0 ? "nothing" : code(room.imports)}${foreign(room.builtins)}${foreign(room.packages)}` +
  foldersOf(room);

const text = (): string => `# The house

*Printed from \`test/floors.ts\` by \`node scripts/print-architecture.ts\`; \`test/architecture.test.ts\` holds \`src/\` to it.*

One package, rooms on floors, arrows only down: a file imports files of its own room and of the rooms named below, type imports included.
No two files import each other, however long the way round. Only \`entry/\` re-exports. No file is longer than ${maxLines} lines, no folder has more than ${maxFiles} files.

\`\`\`
${drawing()}
\`\`\`

**schema** says what the data is, **query** says what you want of it, **session** says what changes; below them **dialect** chooses the words,
**driver** carries them, **rows** reads the answer, and **engine** introduces the three to each other. **dialect** and **driver** have never met:
what a statement reads like is tested without a database, and what a connection does is tested without a statement.

## How a query travels

1. \`query\`: \`engine.query(User).filter({ age__gte: 18 })\` looks each lookup up once per model and keeps its place among known shapes and its values.
2. \`engine\`: a shape seen before has a plan: SQL text, how to encode its values, how to read its rows. A warm query stops here and builds no statement.
   Otherwise \`ast\` freezes the statement, \`dialect\` spells it, \`rows\` makes its reader, and the plan is kept.
3. \`driver\`: the text and the encoded values go to a connection, which prepares each text once.
4. \`rows\`: undecoded rows become instances of the model, all of one hidden class, each value decoded once.

## The rooms

${Object.entries(rooms).reverse().map(describeRoom).join("\n\n")}
`;

/** The whole page. */
export const printedArchitecture = (): string => text();

if (import.meta.main) {
  writeFileSync(fileURLToPath(new URL("../docs/architecture.md", import.meta.url)), printedArchitecture());
}
