/** The rules of `src/`, applied to a set of files given as text, so that they can be tried on broken examples as well as on the real ones. */
import { posix } from "node:path";
import { forbiddenNames, longFiles, maxFiles, maxLines, rooms } from "./floors.ts";

/** Source texts by path below `src/`, with `/`. */
export type Files = ReadonlyMap<string, string>;

interface Import {
  readonly specifier: string;
  /** `export … from`. */
  readonly exports: boolean;
}

const comment = String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`;
const text = String.raw`"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\`(?:\\.|[^\`\\])*\``;
const regex = String.raw`(?<=[(,=:[!&|?{};+>]\s*|return\s+)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/[\\\n])+\/`;
const token = new RegExp(`(?<comment>${comment})|(?<text>${text})|${regex}`, "g");

/** The code without comments, every string in it replaced by its number in `texts`: what is left can be searched without a parser. */
const withoutTexts = (source: string): { code: string; texts: string[] } => {
  const texts: string[] = [];
  const code = source.replace(token, (found, ...rest) => {
    const groups: { comment?: string; text?: string } = rest.at(-1);
    if (groups.comment !== undefined) return " ";
    return `"${texts.push(groups.text === undefined ? found : found.slice(1, -1)) - 1}"`;
  });
  return { code, texts };
};

const forms: readonly { readonly pattern: RegExp; readonly exports: boolean }[] = [
  { pattern: /(?:^|[;}\n])\s*import\b[^;"]*?\bfrom\s*"(\d+)"/g, exports: false },
  { pattern: /(?:^|[;}\n])\s*export\b[^;"=]*?\bfrom\s*"(\d+)"/g, exports: true },
  { pattern: /(?:^|[;}\n])\s*import\s*"(\d+)"/g, exports: false },
  { pattern: /\b(?:import|require)\s*\(\s*"(\d+)"/g, exports: false },
];

const importsOf = (source: string): Import[] => {
  const { code, texts } = withoutTexts(source);
  return forms.flatMap(({ pattern, exports }) =>
    Array.from(code.matchAll(pattern), (match) => ({ specifier: texts[Number(match[1])] ?? "", exports })),
  );
};

const roomOf = (path: string): string => path.split("/", 1)[0] ?? "";

/** The list of the longest folder that holds `path`. */
const allowedFor = (path: string, byFolder: Readonly<Record<string, readonly string[]>> = {}): readonly string[] => {
  const folders = Object.keys(byFolder).filter((folder) => path.startsWith(`${folder}/`));
  const longest = folders.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? [] : (byFolder[longest] ?? []);
};

const complainAboutName = (path: string): string[] => {
  const complaints: string[] = [];
  if (!path.includes("/") || !Object.hasOwn(rooms, roomOf(path))) complaints.push(`${path} is in no room of floors.ts`);
  if (!/^(?:[a-z][a-z0-9]*(?:-[a-z0-9]+)*\/)*[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.ts$/.test(path))
    complaints.push(`${path} is not in kebab-case`);
  if (forbiddenNames.test(path)) complaints.push(`${path} has a name that says nothing`);
  return complaints;
};

const complainAboutText = (path: string, source: string): string[] => {
  const complaints: string[] = [];
  const lines = source.trimEnd().split("\n").length;
  if (lines > maxLines && !Object.hasOwn(longFiles, path)) complaints.push(`${path} has ${lines} lines, more than ${maxLines}`);
  const { code } = withoutTexts(source);
  if (/\bexport\s+default\b|\bas\s+default\b/.test(code)) complaints.push(`${path} has a default export`);
  return complaints;
};

const complainAboutImport = (path: string, { specifier, exports }: Import): string[] => {
  const room = rooms[roomOf(path)];
  if (room === undefined) return [];
  const complaints: string[] = [];
  if (exports && roomOf(path) !== "entry") complaints.push(`${path} re-exports ${specifier}; only entry/ does`);
  if (!specifier.startsWith(".")) {
    const kind = specifier.startsWith("node:") ? room.builtins : room.packages;
    if (!allowedFor(path, kind).includes(specifier)) complaints.push(`${path} may not import ${specifier}`);
    return complaints;
  }
  if (!specifier.endsWith(".ts")) complaints.push(`${path} imports ${specifier} without .ts`);
  const target = posix.join(posix.dirname(path), specifier);
  const targetRoom = roomOf(target);
  if (targetRoom !== roomOf(path) && !room.imports.includes(targetRoom)) complaints.push(`${path} may not import ${target}`);
  return complaints;
};

/** One complaint per cycle, naming the files on it. */
const complainAboutCycles = (files: Files): string[] => {
  const targets = (path: string): string[] =>
    importsOf(files.get(path) ?? "")
      .filter(({ specifier }) => specifier.startsWith("."))
      .map(({ specifier }) => posix.join(posix.dirname(path), specifier))
      .filter((target) => files.has(target));
  const complaints: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start >= 0) complaints.push(`${[...trail.slice(start), path].join(" → ")} is a cycle`);
    if (start >= 0 || done.has(path)) return;
    trail.push(path);
    targets(path).forEach(visit);
    trail.pop();
    done.add(path);
  };
  for (const path of files.keys()) visit(path);
  return complaints;
};

/** A folder is on the map with what it is for, and holds no more than one idea needs. */
const complainAboutFolders = (files: Files): string[] => {
  const sizes = new Map<string, number>();
  for (const path of files.keys()) sizes.set(posix.dirname(path), (sizes.get(posix.dirname(path)) ?? 0) + 1);
  return [...sizes].flatMap(([folder, size]) => {
    const room = Object.hasOwn(rooms, roomOf(folder)) ? rooms[roomOf(folder)] : undefined;
    const inRoom = folder.slice(roomOf(folder).length + 1);
    const unknown = room !== undefined && inRoom !== "" && !Object.hasOwn(room.folders ?? {}, inRoom);
    return [
      ...(unknown ? [`${folder}/ is not among the folders of its room in floors.ts`] : []),
      ...(size > maxFiles ? [`${folder}/ has ${size} files, more than ${maxFiles}`] : []),
    ];
  });
};

/** Everything wrong with the files, as sentences; nothing when all is well. */
export const complaintsAbout = (files: Files): string[] => [
  ...[...files].flatMap(([path, source]) => [
    ...complainAboutName(path),
    ...complainAboutText(path, source),
    ...importsOf(source).flatMap((found) => complainAboutImport(path, found)),
  ]),
  ...complainAboutFolders(files),
  ...complainAboutCycles(files),
];
