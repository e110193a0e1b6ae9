/** Telling how far a run is, while it runs. */

export interface Progress {
  /** From 0 to 1. */
  readonly done: number;
  /** One line for a person. */
  readonly text: string;
}

/** `true` writes to standard error, `false` is silent, a function is told. */
export type ProgressOption = boolean | ((progress: Progress) => void);

/** As often as a person can read. */
const pauseMs = 200;

const lineWriter = (): ((progress: Progress) => void) => {
  const { isTTY } = process.stderr;
  // Without a terminal lines stay, so there are fewer of them.
  const pause = isTTY ? pauseMs : 5000;
  let last = -Infinity;
  return ({ done, text }) => {
    const now = performance.now();
    if (done < 1 && now - last < pause) return;
    last = now;
    const line = `${String(Math.round(done * 100)).padStart(3)} %  ${text}`;
    process.stderr.write(isTTY ? `\r\u001B[K${line}${done < 1 ? "" : "\n"}` : `${line}\n`);
  };
};

export const progressTeller = (option: ProgressOption = process.stderr.isTTY): ((progress: Progress) => void) => {
  if (typeof option === "function") return option;
  return option ? lineWriter() : () => undefined;
};
