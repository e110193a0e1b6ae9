/** One page with everything, which needs no network: the overview, then a plot and a table for each scenario. */
import { petrelOf, ratioOf } from "../measurement.ts";
import type { Measurement, Mode, Run } from "../measurement.ts";
import type { DatabaseKind } from "../target.ts";
import { chart, escaped } from "./chart.ts";
import { bytes, databaseName, modeName, or, plain, ratio, time } from "./figures.ts";
import { style } from "./page-style.ts";
import { failed, ranked } from "./ranking.ts";
import { countOf, verdictsOf, verdictsOfRun } from "./verdicts.ts";
import type { Verdict } from "./verdicts.ts";

const anchor = ({ database, scenario }: Measurement): string => `${database}-${scenario}`;
const modes: readonly Mode[] = ["pinned", "free", "delay"];
const databases: readonly DatabaseKind[] = ["postgres", "sqlite"];

/** Green where Petrel is faster, red where it is slower, paler the closer they are. */
const shade = (value: number): string => {
  const strength = Math.min(1, Math.abs(Math.log2(value)) / 4);
  return `style="--strength:${(strength * 55).toFixed(0)}%" class="${value <= 1 ? "faster" : "slower"}"`;
};

const overviewOf = (run: Run, database: DatabaseKind, mode: Mode): string => {
  const here = run.measurements.filter((each) => each.database === database && each.mode === mode && petrelOf(each) !== null);
  if (here.length === 0) return "";
  const columns = new Map(
    here.flatMap(({ found }) => found.filter(({ group }) => group !== "petrel").map(({ id, name }) => [id, name] as const)),
  );
  const rows = here.map((measurement) => {
    const petrel = petrelOf(measurement)!;
    const own = ranked(measurement).find(({ found }) => found === petrel)!;
    const cells = [...columns.keys()].map((id) => {
      const peer = measurement.found.find((found) => found.id === id);
      const value = peer === undefined ? null : ratioOf(petrel, peer);
      return value === null ? '<td class="none">–</td>' : `<td ${shade(value)}>${value.toFixed(value >= 9.95 ? 1 : 2)}</td>`;
    });
    const shown = petrel.kept === null ? time(own.value) : bytes(own.value);
    return `<tr><th scope="row"><a href="#${anchor(measurement)}">${escaped(measurement.title)}</a></th><td class="own">${shown}</td>${cells.join("")}</tr>`;
  });
  const heads = [...columns.values()].map((name) => `<th scope="col"><span>${escaped(name)}</span></th>`);
  return `<h3>${databaseName[database]}, ${modeName[mode]}</h3><div class="wide"><table class="overview"><thead><tr><th></th><th scope="col"><span>Petrel</span></th>${heads.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
};

const tableOf = (measurement: Measurement): string => {
  const isMemory = measurement.found.some(({ kept }) => kept !== null);
  const hasTraffic = measurement.found.some(({ roundTrips }) => roundTrips !== null);
  const hasPeak = measurement.found.some(({ peakMemory }) => peakMemory !== null);
  const heads = isMemory
    ? ["kept", "× driver", "× Petrel"]
    : [
        "median",
        "fastest",
        "95 %",
        "± sd",
        "client CPU",
        ...(hasTraffic ? ["round trips", "sent", "received"] : []),
        ...(hasPeak ? ["peak memory"] : []),
        "× driver",
        "× Petrel",
      ];
  const rows = ranked(measurement).map(({ found, summary, value, toDriver, toPetrel }) => {
    const figures = isMemory
      ? [bytes(value)]
      : [
          time(value),
          ...[summary?.min, summary?.p95, summary?.standardDeviation, summary?.cpu].map((figure) => or(figure ?? null, time)),
          ...(hasTraffic ? [or(found.roundTrips, plain), or(found.bytesOut, bytes), or(found.bytesIn, bytes)] : []),
          ...(hasPeak ? [or(found.peakMemory, bytes)] : []),
        ];
    const cells = [...figures, or(toDriver, ratio), or(toPetrel, ratio)].map((cell) => `<td>${cell}</td>`).join("");
    return `<tr class="${found.group === "petrel" ? "ours" : ""}"><th scope="row">${escaped(found.name)}</th>${cells}</tr>`;
  });
  return `<div class="wide"><table><thead><tr><th></th>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
};

const mark = ({ isMet }: Verdict): string => (isMet ? '<td class="met">met</td>' : '<td class="missed">missed</td>');

const goalsPart = (run: Run): string => {
  const parts = verdictsOfRun(run);
  if (parts.length === 0) return "";
  const { met, all } = countOf(parts);
  const tables = parts.map(({ heading, verdicts }) => {
    const rows = verdicts.map(
      (each) =>
        `<tr><th scope="row">${escaped(each.title)}</th><th scope="row">${escaped(each.what)}</th><td>${each.most}</td><td>${each.found}</td>${mark(each)}</tr>`,
    );
    return `<h3>${heading}</h3><div class="wide"><table class="verdicts"><thead><tr><th></th><th></th><th scope="col">at most</th><th scope="col">found</th><th></th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
  });
  return `<h2>Targets: ${met} of ${all} met</h2>${tables.join("")}`;
};

const goalsOf = (measurement: Measurement): string => {
  const found = verdictsOf(measurement).map(
    (each) =>
      `<li><b class="${each.isMet ? "met" : "missed"}">${each.isMet ? "met" : "missed"}</b> ${escaped(each.what)}: ${each.found} (target: at most ${each.most})</li>`,
  );
  return found.length === 0 ? "" : `<ul class="goals">${found.join("")}</ul>`;
};

const measurementPart = (measurement: Measurement, isJudged: boolean): string => {
  const rows = ranked(measurement);
  const isMemory = rows.some(({ found }) => found.kept !== null);
  const bad = failed(measurement).map(({ name, failure }) => `<li><b>${escaped(name)}</b> has no figures: ${escaped(failure ?? "")}</li>`);
  const caption = `${modeName[measurement.mode]}, per ${measurement.unit}`;
  const plot = chart(rows, `${measurement.title}, ${caption}`, isMemory ? bytes : time) ?? "<p>Nobody has figures here.</p>";
  return `<figure><figcaption>${isMemory ? `per ${measurement.unit}` : caption}</figcaption>${plot}</figure>${isJudged ? goalsOf(measurement) : ""}${bad.length === 0 ? "" : `<ul class="failed">${bad.join("")}</ul>`}${rows.length === 0 ? "" : `<details><summary>Table</summary>${tableOf(measurement)}</details>`}`;
};

const scenarioPart = (measurements: readonly Measurement[], isJudged: boolean): string => {
  const [first] = measurements;
  const ordered = modes.flatMap((mode) => measurements.filter((each) => each.mode === mode));
  return `<section id="${anchor(first!)}"><h3>${escaped(first!.title)} <small>${first!.scenario}</small></h3>${ordered.map((each) => measurementPart(each, isJudged)).join("")}</section>`;
};

const databasePart = (run: Run, database: DatabaseKind): string => {
  const byScenario = Map.groupBy(
    run.measurements.filter((each) => each.database === database),
    ({ scenario }) => scenario,
  );
  if (byScenario.size === 0) return "";
  return `<h2 id="${database}">${databaseName[database]}</h2>${[...byScenario.values()].map((each) => scenarioPart(each, run.pace !== "smoke")).join("")}`;
};

const aboutPart = ({ machine, versions, databases: settings, absent, rounds, pace, isIsolated, takenAt, commit }: Run): string => {
  const facts: readonly (readonly [string, string])[] = [
    ["Taken", `${takenAt.slice(0, 16).replace("T", " ")} UTC, commit ${commit}`],
    ["Machine", `${machine.processor}, ${machine.cores} cores, ${(machine.memory / 1e9).toFixed(0)} GB, ${machine.system}`],
    [
      "Run",
      `${pace}: ${rounds} rounds, ${isIsolated ? "each contender in a process of its own" : "all contenders in one process"}, in turns`,
    ],
    ...Object.entries(settings).map(([name, text]) => [databaseName[name as DatabaseKind], text] as const),
    [
      "Versions",
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
    ...(absent.length === 0 ? [] : [["Absent", absent.map(({ name, reason }) => `${name} (${reason})`).join("; ")] as const]),
  ];
  return `<dl>${facts.map(([name, text]) => `<dt>${name}</dt><dd>${escaped(text)}</dd>`).join("")}</dl>`;
};

const warning = ({ pace }: Run): string =>
  pace === "full"
    ? ""
    : `<p class="warning">This was a ${pace} run${pace === "smoke" ? ": it shows that everything works, and its figures mean nothing." : ": differences below a fifth mean nothing."}</p>`;

const reading = `<p>Each figure is the median of the rounds. All contenders take turns within a round, and ratios are medians of the ratios within a round, so that a slow minute slows everybody.
Everybody reads every value, on the same tables, which are made anew before every contender; results that differ from the others' are shown as failed, not as figures.
In plots and tables <b>× Petrel</b> is the other way round than in the overview: how many times Petrel's the time is (the engine's where it can do it, otherwise the session's).
Error bars go from the first quartile to the 95th percentile. <b>Client CPU</b> is the part of the time that a library can do something about.</p>
<p class="legend"><span class="petrel">Petrel</span><span class="driver">drivers</span><span class="query-builder">query builders</span><span class="orm">ORMs</span></p>`;

export const htmlReport = (run: Run): string => {
  const overview = databases.flatMap((database) => modes.map((mode) => overviewOf(run, database, mode))).join("");
  const parts = databases.map((database) => databasePart(run, database)).join("");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Petrel, measured</title><style>${style}</style></head>
<body><main><h1>Petrel, measured</h1>${warning(run)}${aboutPart(run)}<h2>Overview</h2>
<p>Petrel's time by each other's: <b>0.50</b> takes half as long, above <b>1</b> Petrel is slower.</p>${overview}${goalsPart(run)}<h2>How to read the rest</h2>${reading}${parts}</main></body></html>
`;
};
