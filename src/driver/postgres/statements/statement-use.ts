/** What a statement may do to a connection, read off its text once: whether it may share one with others. */
import type { Request } from "../../driver.ts";

const isControl = /^\s*(?:begin|start\s+transaction|commit|rollback|abort|end|savepoint|release|prepare\s+transaction)\b/i;
/** It waits for others, so nobody may have to wait behind it. */
const mayWait = /\bfor\s+(?:no\s+key\s+update|update|key\s+share|share)\b|pg_(?:try_)?advisory|pg_sleep/i;

export type StatementUse = "shared" | "exclusive" | "refused";

/** Texts are judged once; a program that makes up texts for ever starts over. */
const known = new Map<string, StatementUse>();
const mostKnown = 2000;

const judge = (text: string): StatementUse => {
  if (isControl.test(text)) return "refused";
  return mayWait.test(text) ? "exclusive" : "shared";
};

/** `refused` for transaction control, which has no place on a connection that others use. */
export const useOf = (request: Request): StatementUse => {
  let use = known.get(request.text);
  if (use === undefined) {
    use = judge(request.text);
    if (known.size >= mostKnown) known.clear();
    known.set(request.text, use);
  }
  return use === "shared" && request.writes ? "exclusive" : use;
};
