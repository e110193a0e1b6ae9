/** A headless Chromium, by its own protocol over a WebSocket. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const installed = process.env["PETREL_TEST_BROWSER"] ?? "/usr/bin/chromium";

/** Why there is no browser to test with; `false` where there is one. */
export const noBrowser: string | false = existsSync(installed)
  ? false
  : `there is no ${installed}; PETREL_TEST_BROWSER names another Chromium`;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: Record<string, unknown>;
}

export interface Page extends AsyncDisposable {
  open(url: string): Promise<void>;
  /** What the reader of the page prefers. */
  prefer(scheme: "light" | "dark"): Promise<void>;
  /** The value of an expression in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** What the console, and the content security policy, complained of. */
  readonly complaints: readonly string[];
}

const options = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-port=0",
];

export const openPage = async (): Promise<Page> => {
  const folder = await mkdtemp(join(tmpdir(), "petrel-browser-"));
  const child = spawn(installed, [...options, `--user-data-dir=${folder}`, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const address = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const [found] = /ws:\/\/\S+/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once("exit", () => reject(new Error(`The browser ended: ${said}`)));
  });
  const socket = new WebSocket(address);
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  const waiting = new Map<number, (message: Message) => void>();
  const complaints: string[] = [];
  let lastId = 0;
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    else if (message.method === "Log.entryAdded" || message.method === "Runtime.exceptionThrown")
      complaints.push(JSON.stringify(message.params));
  });
  const send = (method: string, params: object = {}, sessionId?: unknown): Promise<Record<string, unknown>> =>
    new Promise((resolve) => {
      waiting.set(++lastId, ({ result = {} }) => resolve(result));
      socket.send(JSON.stringify({ id: lastId, method, params, sessionId }));
    });
  const { targetId } = await send("Target.createTarget", { url: "about:blank" });
  const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
  for (const domain of ["Page", "Runtime", "Log"]) await send(`${domain}.enable`, {}, sessionId);
  return {
    complaints,
    open: async (url) => void (await send("Page.navigate", { url }, sessionId)),
    prefer: async (value) =>
      void (await send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] }, sessionId)),
    evaluate: async (expression) => {
      const { result } = await send("Runtime.evaluate", { expression, awaitPromise: true }, sessionId);
      return (result as { readonly value?: unknown } | undefined)?.value;
    },
    [Symbol.asyncDispose]: async () => {
      // It ends before it answers, at times.
      void send("Browser.close");
      await ended;
      socket.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};
