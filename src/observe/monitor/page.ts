/** The monitor's page: one document, with style and script in it, that loads nothing else. */
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => escapes[character]!);

const tile = (id: string, label: string): string =>
  `<div class="tile" id="tile-${id}"><span class="label">${label}</span><span class="value" id="${id}">–</span><span class="more" id="${id}-more"></span></div>`;

const chart = (id: string, title: string): string =>
  `<figure class="card chart" id="chart-${id}"><figcaption><b>${title}</b><span class="legend" id="${id}-legend"></span></figcaption><svg id="${id}" role="img" aria-label="${title}"></svg></figure>`;

const list = (id: string, title: string, note: string): string =>
  `<section class="card" id="card-${id}" hidden><h2>${title} <small>${note}</small></h2><div class="scroll" id="${id}"></div></section>`;

export const monitorPage = (title: string, nonce: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)} – Petrel</title>
<style nonce="${nonce}">${pageStyle}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
<span class="state" id="state" role="status">connecting</span>
<span class="grow"></span>
<button id="pause" type="button" aria-pressed="false">Pause</button>
<button id="theme" type="button">Light / dark</button>
</header>
<div class="alarm" id="alarm" role="alert" hidden></div>
<main>
<div class="tiles">
${tile("rate", "Statements / s")}
${tile("latency", "95 of 100 within")}
${tile("errors", "Failures / s")}
${tile("pool", "Pool in use")}
${tile("sessions", "Sessions active")}
${tile("waiting", "Waiting for locks")}
${tile("cache", "Blocks from memory")}
</div>
<div class="charts">
${chart("throughput", "Statements per second")}
${chart("latencies", "Latency, ms")}
${chart("commits", "Transactions per second, whole database")}
${chart("connections", "Sessions, whole database")}
</div>
${list("locks", "Waiting for locks", "who waits, and for whom")}
${list("slow", "Running for long", "right now")}
${list("repeated", "Asked once per row", "N+1")}
${list("statements", "Statements of this process", "by all the time they took; choose a row for more")}
${list("server", "Statements of the server", "pg_stat_statements; choose a row for more")}
</main>
<noscript><p class="alarm">This page is drawn by its script.</p></noscript>
<script nonce="${nonce}">${pageScript}</script>
</body>
</html>
`;
