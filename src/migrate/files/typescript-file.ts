/** A migration as a file of TypeScript. */
import type { DdlStatement } from "../../schema/change.ts";
import type { Snapshot } from "../../schema/snapshot.ts";
import { effectsOf } from "../effects/effects.ts";
import type { WrittenMigration } from "./sql-file.ts";

/** Also where a text could end a line or a comment for those who read it as JavaScript. */
const literal = (text: string): string => JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");

const stepText = (statement: DdlStatement, dialect: Snapshot["dialect"]): string => {
  const read = effectsOf(statement.sql, dialect);
  const facts: string[] = [];
  if (read.transactional && !statement.transactional) facts.push("transactional: false");
  if (statement.foreignKeysOff) facts.push("foreignKeysOff: true");
  if (statement.expectsNoRows) facts.push("expectsNoRows: true");
  if (read.rewrites !== statement.rewrites) facts.push(`rewrites: ${statement.rewrites}`);
  if (read.losesData !== statement.losesData) facts.push(`loses: ${statement.losesData === null ? "null" : literal(statement.losesData)}`);
  return facts.length === 0 ? literal(statement.sql) : `statement(${literal(statement.sql)}, { ${facts.join(", ")} })`;
};

const listText = (items: readonly string[]): string =>
  items.length === 0 ? "[]" : `[\n${items.map((item) => `    ${item},\n`).join("")}  ]`;

export const typescriptFileText = ({ parents, replaces = [], up, down }: WrittenMigration, dialect: Snapshot["dialect"]): string => {
  const steps = (statements: readonly DdlStatement[]): string => listText(statements.map((each) => stepText(each, dialect)));
  const body = [
    `  parents: ${listText(parents.map(literal))},`,
    ...(replaces.length === 0 ? [] : [`  replaces: ${listText(replaces.map(literal))},`]),
    `  up: ${steps(up)},`,
    `  down: ${down === null ? '"irreversible"' : steps(down)},`,
  ].join("\n");
  const names = body.includes(" statement(") ? "defineMigration, statement" : "defineMigration";
  return `import { ${names} } from "petrel/migrate";\n\nexport default defineMigration({\n${body}\n});\n`;
};
