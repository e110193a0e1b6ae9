/** Why there is no report, in a sentence for whoever asked for it: printed without a stack. */
export class StoreProblem extends Error {
  override readonly name = "StoreProblem";
}
