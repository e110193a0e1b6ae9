/** What a statement may do to a connection, read off its text once: whether it may share one with others. */
import { Lru } from "../../base/lru.ts";
import type { Request } from "../driver.ts";

const isControl = /^\s*(?:begin|start\s+transaction|commit|rollback|abort|end|savepoint|release|prepare\s+transaction)\b/i;
/** It waits for others, so nobody may have to wait behind it. */
const mayWait = /\bfor\s+(?:no\s+key\s+update|update|key\s+share|share)\b|pg_(?:try_)?advisory|pg_sleep/i;

export type StatementUse = "shared" | "exclusive" | "refused";

const known = new Lru<string, StatementUse>(2000);

const judge = (text: string): StatementUse => {
  if (isControl.test(text)) return "refused";
  return mayWait.test(text) ? "exclusive" : "shared";
};

/** `refused` for transaction control, which has no place on a connection that others use. */
export const useOf = (request: Request): StatementUse => {
  let use = known.get(request.text);
  if (use === undefined) {
    use = judge(request.text);
    known.set(request.text, use);
  }
  return use === "shared" && request.writes ? "exclusive" : use;
};
