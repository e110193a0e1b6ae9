/** The other end of `ProcessStage`: a process that has one contender and nobody else's garbage, code or hidden classes. */
import { LocalStage } from "./local-stage.ts";

type Message = readonly [number, "enter" | "round" | "hold" | "peakMemory" | "leave", readonly unknown[]];

const stage = new LocalStage(process.argv[2]!);

/** With what it was caused by: some libraries keep the reason there. */
const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `${error.name}: ${error.message}${cause}`;
};

process.on("message", (message) => {
  // Only `process-stage.ts` sends messages here, and sends these.
  const [number, name, args] = message as Message;
  const answer = (stage[name] as (...given: readonly unknown[]) => Promise<unknown>).apply(stage, [...args]);
  answer.then(
    (result) => process.send!([number, null, result ?? null]),
    (error: unknown) => process.send!([number, messageOf(error), null]),
  );
});
process.on("disconnect", () => process.exit(0));
