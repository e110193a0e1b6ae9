/**
 * A plot of one measurement as inline SVG. Bars begin at zero and stand on a linear scale, as bars must; where the slowest takes more than twenty times
 * as long as the fastest the short bars would all look alike, and it is points on a logarithmic scale instead, with the axis saying so.
 */
import type { Ranked } from "./ranking.ts";

const [rowHeight, labelWidth, plotWidth, valueWidth, headHeight, axisHeight] = [24, 260, 420, 170, 20, 34];
const width = labelWidth + plotWidth + valueWidth;

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

interface Scale {
  readonly isLogarithmic: boolean;
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

const steps = [1, 2, 5, 10];

const linear = (most: number): Scale => {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = steps.map((factor) => factor * power).find((each) => each >= rough) ?? power * 10;
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
  return { isLogarithmic: false, at: (value) => (value / most) * plotWidth, ticks };
};

const logarithmic = (least: number, most: number): Scale => {
  const [low, high] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const at = (value: number): number => ((Math.log10(Math.max(value, 10 ** low)) - low) / (high - low)) * plotWidth;
  return { isLogarithmic: true, at, ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)) };
};

/** The middle half of the rounds, and the 95th percentile: where the error bar begins and ends. */
const spread = ({ summary, value }: Ranked): readonly [number, number] => [summary?.quartiles[0] ?? value, summary?.p95 ?? value];

const scaleOf = (rows: readonly Ranked[]): Scale => {
  const values = rows.map(({ value }) => value);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (least > 0 && most / least > 20) return logarithmic(Math.min(...rows.map((row) => Math.max(spread(row)[0], least / 2))), most * 1.1);
  // One wild round must not squeeze everybody: error bars may leave the plot.
  return linear(Math.min(Math.max(...rows.map((row) => spread(row)[1])), most * 1.35));
};

const textAt = (x: number, y: number, text: string, of: string): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${of}">${escaped(text)}</text>`;

const rowOf = (row: Ranked, index: number, scale: Scale, shown: (value: number) => string): string => {
  const middle = headHeight + index * rowHeight + rowHeight / 2;
  const x = labelWidth + Math.max(0, Math.min(plotWidth, scale.at(row.value)));
  const [low, high] = spread(row).map((value) => labelWidth + Math.max(0, Math.min(plotWidth, scale.at(value)))) as [number, number];
  const kind = row.found.group.replace(" ", "-");
  const mark = scale.isLogarithmic
    ? `<line x1="${labelWidth}" x2="${x.toFixed(1)}" y1="${middle}" y2="${middle}" class="guide"/><circle cx="${x.toFixed(1)}" cy="${middle}" r="5" class="${kind}"/>`
    : `<rect x="${labelWidth}" y="${middle - 7}" width="${Math.max(1, x - labelWidth).toFixed(1)}" height="14" rx="2" class="${kind}"/>`;
  const error = `<path d="M${low.toFixed(1)} ${middle}H${high.toFixed(1)}M${low.toFixed(1)} ${middle - 4}v8M${high.toFixed(1)} ${middle - 4}v8" class="error"/>`;
  const ratio = row.toPetrel === null ? "" : ` · ${row.toPetrel.toFixed(row.toPetrel >= 9.95 ? 1 : 2)} ×`;
  return `<g><title>${escaped(`${row.found.name}: ${shown(row.value)}`)}</title>${textAt(labelWidth - 10, middle + 4, row.found.name, `label ${kind}-text`)}${mark}${row.summary === null ? "" : error}${textAt(labelWidth + plotWidth + 12, middle + 4, `${shown(row.value)}${ratio}`, "value")}</g>`;
};

/** Null of nothing. `shown` writes a value with its unit. */
export const chart = (rows: readonly Ranked[], title: string, shown: (value: number) => string): string | null => {
  if (rows.length === 0) return null;
  const scale = scaleOf(rows);
  const bottom = headHeight + rows.length * rowHeight;
  const ticks = scale.ticks
    .filter((tick) => scale.at(tick) <= plotWidth + 0.5)
    .map((tick) => {
      const x = labelWidth + scale.at(tick);
      return `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${headHeight}" y2="${bottom}" class="grid"/>${textAt(x, bottom + 15, tick === 0 ? "0" : shown(tick).replace(/\.0+ /, " "), "tick")}`;
    })
    .join("");
  const head = rows.some(({ toPetrel }) => toPetrel !== null) ? "median · × Petrel's" : "median";
  const note = scale.isLogarithmic
    ? textAt(labelWidth + plotWidth / 2, bottom + 30, "logarithmic scale: each line is ten times the one before", "tick")
    : "";
  return `<svg viewBox="0 0 ${width} ${bottom + axisHeight}" role="img" aria-label="${escaped(title)}">${textAt(labelWidth + plotWidth + 12, 12, head, "head")}${ticks}${rows
    .map((row, index) => rowOf(row, index, scale, shown))
    .join("")}${note}</svg>`;
};
