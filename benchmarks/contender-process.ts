/** The other end of `ProcessStage`: a process that has one contender and nobody else's garbage, code or hidden classes. */
import { LocalStage } from "./stage.ts";

type Message = readonly [number, "enter" | "round" | "hold" | "peakMemory" | "leave", readonly unknown[]];

const stage = new LocalStage(process.argv[2]!);

process.on("message", (message) => {
  // Only `process-stage.ts` sends messages here, and sends these.
  const [number, name, args] = message as Message;
  const answer = (stage[name] as (...given: readonly unknown[]) => Promise<unknown>).apply(stage, [...args]);
  answer.then(
    (result) => process.send!([number, null, result ?? null]),
    (error: unknown) => process.send!([number, error instanceof Error ? `${error.name}: ${error.message}` : String(error), null]),
  );
});
process.on("disconnect", () => process.exit(0));
