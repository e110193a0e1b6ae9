/** The nearest known name, for messages that say "Did you mean …?". */

/** How many single edits (insert, remove, replace, swap neighbours) turn `a` into `b`. Optimal string alignment distance. */
const distance = (a: string, b: string): number => {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(current[column - 1]! + 1, last[column]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, beforeLast[column - 2]! + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
};

/** The known name closest to `name`, or `null` when none is close enough to be meant (more than a third of its letters differ). */
export const nearest = (name: string, known: Iterable<string>): string | null => {
  let found: string | null = null;
  let best = Math.max(1, Math.floor(name.length / 3)) + 1;
  if (name.length > 100) return null;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= best) continue;
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < best) [best, found] = [edits, candidate];
  }
  return found;
};

/** `" Did you mean 'email'?"`, or nothing: to be appended to a message. */
export const didYouMean = (name: string, known: Iterable<string>): string => {
  const found = nearest(name, known);
  return found === null ? "" : ` Did you mean '${found}'?`;
};
