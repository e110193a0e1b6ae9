/** One promise for the answers of several. One that is run again answers again, and one whose types are looked up answers after the last. */
import type { Answer } from "../driver.ts";
import type { Settle } from "./statements/statement-writer.ts";

export const gather = (count: number, resolve: (answers: Answer[]) => void, reject: Settle["reject"]): ((at: number) => Settle) => {
  const answers: Answer[] = [];
  let missing = count;
  return (at) => ({
    resolve: (answer) => {
      if (answers[at] === undefined) missing--;
      answers[at] = answer;
      if (missing === 0) resolve(answers);
    },
    reject,
  });
};
