/** Tables, bars and trees for a terminal, as lines of text. */

export interface TableColumn {
  readonly title: string;
  readonly align: "left" | "right";
}

export const left = (title: string): TableColumn => ({ title, align: "left" });
export const right = (title: string): TableColumn => ({ title, align: "right" });

const fitted = (text: string, width: number, { align }: TableColumn): string =>
  align === "left" ? text.padEnd(width) : text.padStart(width);

/** One line of titles, one rule, one line per row. Every row has as many cells as there are columns. */
export const table = (columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string[] => {
  const widths = columns.map(({ title }, index) => Math.max(title.length, ...rows.map((row) => row[index]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => fitted(cell, widths[index]!, columns[index]!))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  return [line(columns.map(({ title }) => title)), rule, ...rows.map(line)];
};

/** `share` of a bar of `width` characters, by eighths. `share` is from 0 to 1. */
export const bar = (share: number, width: number): string => {
  const eighths = Math.round(share * width * 8);
  const rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]!;
  return "█".repeat(Math.floor(eighths / 8)) + rest;
};

export interface Branch<T> {
  /** The lines that lead to the node: `"│  └─ "`. */
  readonly lead: string;
  readonly node: T;
}

/** The nodes of a tree from top to bottom, each with the lines that lead to it. */
export const treeOf = <T>(roots: readonly T[], childrenOf: (node: T) => readonly T[]): Branch<T>[] => {
  const below = (nodes: readonly T[], indent: string): Branch<T>[] =>
    nodes.flatMap((node, index) => {
      const isLast = index === nodes.length - 1;
      return [{ lead: `${indent}${isLast ? "└─ " : "├─ "}`, node }, ...below(childrenOf(node), `${indent}${isLast ? "   " : "│  "}`)];
    });
  return roots.flatMap((root) => [{ lead: "", node: root }, ...below(childrenOf(root), "")]);
};
