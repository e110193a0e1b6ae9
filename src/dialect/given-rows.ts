/**
 * The rows that a write of many was given, as one list per column:
 *
 *     unnest($1::int[], $2::text[]) WITH ORDINALITY AS "given" ("1", "2", "place")
 *
 * A list gets its name where it is first spelled, so the text is asked for last.
 */
import { BugError } from "../base/errors.ts";
import type { ExpressionNode, GivenNode, ParameterNode } from "../ast/expression.ts";
import { quote } from "./quote.ts";
import { operandsOf } from "./walk.ts";

/** A list, and how one of its values is read under a name; `undefined` where the database takes no lists. */
type SpellList = (list: ParameterNode, name: string) => { readonly list: string; readonly value: string } | undefined;

export class GivenRows {
  readonly #values = new Map<ParameterNode, string>();
  readonly #lists: string[] = [];
  #hasPlace = false;

  get isEmpty(): boolean {
    return this.#lists.length === 0;
  }

  /** How the value, or the place, of one row is read. */
  spell({ list }: GivenNode, spellList: SpellList): string {
    if (list === null) {
      this.#hasPlace = true;
      return `"given"."place"::int`;
    }
    const known = this.#values.get(list);
    if (known !== undefined) return known;
    const name = quote(String(this.#lists.length + 1));
    const spelled = spellList(list, `"given".${name}`);
    if (spelled === undefined) throw new BugError("a statement has lists of values for a database that takes none.");
    this.#lists.push(spelled.list);
    this.#values.set(list, spelled.value);
    return spelled.value;
  }

  /** What stands behind FROM or USING. `rowsOfLists` is the database's own way, where it has no `unnest`. */
  text(rowsOfLists: ((lists: readonly string[]) => string) | undefined): string {
    if (rowsOfLists !== undefined) return rowsOfLists(this.#lists);
    const names = this.#lists.map((_, index) => quote(String(index + 1)));
    if (this.#hasPlace) names.push(`"place"`);
    return `unnest(${this.#lists.join(", ")})${this.#hasPlace ? " WITH ORDINALITY" : ""} AS "given" (${names.join(", ")})`;
  }
}

/** Whether an expression reads given rows. */
export const mentionsGiven = (node: ExpressionNode): boolean => node.node === "given" || operandsOf(node).some(mentionsGiven);
