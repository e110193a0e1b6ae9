/**
 * The script of the monitor's page. It takes the key out of the URL, follows the samples, and draws them. What comes from the database is only ever set as
 * text, never as markup.
 */
export const pageScript = String.raw`
"use strict";
const byId = (id) => document.getElementById(id);
const make = (name, className, text) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};
const drawn = (name, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};
const short = (value) => {
  if (value === null || value === undefined) return "–";
  if (value >= 1e6) return (value / 1e6).toFixed(1) + "M";
  if (value >= 1e4) return (value / 1e3).toFixed(1) + "k";
  return value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
};
const duration = (ms) => (ms === null || ms === undefined ? "–" : ms >= 1000 ? (ms / 1000).toFixed(2) + " s" : short(ms) + " ms");

// The key is in the URL once: a reload finds it where only this origin can look.
const key = location.hash.slice(1) || sessionStorage.getItem("key") || "";
sessionStorage.setItem("key", key);
history.replaceState(null, "", location.pathname);

const samples = [];
let last = null;
let isPaused = false;
let isDue = false;
let order = { statements: "totalMs", server: "totalMs" };
const opened = new Set();

const tell = (id, value, more, level) => {
  byId(id).textContent = value;
  byId(id + "-more").textContent = more || "";
  byId("tile-" + id).className = "tile" + (level ? " " + level : "");
};
const show = (id, isShown) => { byId(id).hidden = !isShown; };

// Steps of a scale from 0, or by powers of ten, where one slow statement would flatten all others.
const scaleOf = (values, isByTens) => {
  const positive = values.filter((value) => value > 0);
  const largest = Math.max(0, ...positive);
  if (isByTens && positive.length > 0) {
    const low = Math.floor(Math.log10(Math.max(0.01, Math.min(...positive))));
    const high = Math.max(low + 1, Math.ceil(Math.log10(largest)));
    const steps = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
    return { steps, share: (value) => (Math.log10(Math.max(value, 10 ** low)) - low) / (high - low) };
  }
  const unit = 10 ** Math.floor(Math.log10(largest || 1));
  const top = largest === 0 ? 1 : [1, 2, 5, 10].map((step) => step * unit).find((step) => step >= largest);
  return { steps: [0, top / 2, top], share: (value) => value / top };
};

const chart = (id, series, isByTens) => {
  const svg = byId(id);
  const width = svg.clientWidth || 600;
  const height = svg.clientHeight || 150;
  const left = 44;
  const bottom = 18;
  svg.setAttribute("viewBox", "0 0 " + width + " " + height);
  const values = series.map(({ pick }) => samples.map((sample) => pick(sample)));
  const { steps, share } = scaleOf(values.flat().filter((value) => value !== null), isByTens);
  const x = (index) => left + ((width - left - 6) * index) / Math.max(1, samples.length - 1);
  const y = (value) => 6 + (height - bottom - 6) * (1 - share(value));
  const parts = [];
  for (const step of steps) {
    parts.push(drawn("line", { class: "grid", x1: left, x2: width - 6, y1: y(step), y2: y(step) }));
    const label = drawn("text", { x: left - 6, y: y(step) + 4, "text-anchor": "end" });
    label.textContent = short(step);
    parts.push(label);
  }
  const time = (at) => new Date(at).toLocaleTimeString();
  if (samples.length > 1) {
    const from = drawn("text", { x: left, y: height - 3 });
    from.textContent = time(samples[0].at);
    const to = drawn("text", { x: width - 6, y: height - 3, "text-anchor": "end" });
    to.textContent = time(samples.at(-1).at);
    parts.push(from, to);
  }
  values.forEach((points, number) => {
    let path = "";
    let isDown = false;
    points.forEach((value, index) => {
      if (value === null) return void (isDown = false);
      path += (isDown ? "L" : "M") + x(index).toFixed(1) + " " + y(value).toFixed(1);
      isDown = true;
    });
    parts.push(drawn("path", { class: "series c" + number, d: path || "M0 0" }));
  });
  const at = svg.pointer === undefined ? samples.length - 1 : Math.max(0, Math.min(samples.length - 1, Math.round(((svg.pointer - left) / (width - left - 6)) * (samples.length - 1))));
  if (svg.pointer !== undefined && samples.length > 0) parts.push(drawn("line", { class: "cross", x1: x(at), x2: x(at), y1: 6, y2: height - bottom }));
  svg.replaceChildren(...parts);
  const legend = byId(id + "-legend");
  legend.replaceChildren();
  if (svg.pointer !== undefined && samples[at]) legend.append(time(samples[at].at));
  series.forEach(({ name }, number) => {
    const entry = make("i", "c" + number, name + " " + short(values[number][at]));
    legend.append(entry);
  });
};

const table = (heads, rows) => {
  const result = make("table");
  const headRow = make("tr");
  for (const head of heads) headRow.append(head);
  const thead = make("thead");
  thead.append(headRow);
  const tbody = make("tbody");
  tbody.append(...rows);
  result.append(thead, tbody);
  return result;
};
const cells = (...contents) => {
  const row = make("tr");
  for (const [className, content, isCode] of contents) {
    const cell = make("td", className, isCode ? undefined : content);
    if (isCode) cell.append(make("code", "", content));
    row.append(cell);
  }
  return row;
};
const heads = (...names) => names.map(([name, className]) => make("th", className, name));

const statements = (id, list) => {
  const columns = [["calls", "calls"], ["totalMs", "all"], ["meanMs", "mean"], ["maxMs", "slowest"], ["rows", "rows"]];
  if (list.some(({ bytes }) => bytes !== null)) columns.push(["bytes", "bytes"]);
  if (list.some(({ errors }) => errors > 0)) columns.push(["errors", "failed"]);
  const sorted = [...list].sort((one, other) => (other[order[id]] ?? 0) - (one[order[id]] ?? 0));
  const top = columns.map(([name, label]) => {
    const head = make("th", "number");
    const button = make("button", "", label);
    button.type = "button";
    button.setAttribute("aria-pressed", String(order[id] === name));
    button.onclick = () => { order[id] = name; draw(); };
    head.append(button);
    return head;
  });
  top.push(make("th", "", "statement"));
  const rows = sorted.map((each) => {
    const row = cells(...columns.map(([name]) => ["number", name.endsWith("Ms") ? duration(each[name]) : short(each[name])]), ["", each.sql, true]);
    row.classList.add("choose");
    row.tabIndex = 0;
    const name = id + each.sql;
    if (opened.has(name)) {
      row.classList.add("open");
      const more = [each.callSite && "first asked for at " + each.callSite, each.plan && "plan when it was slow:\n" + each.plan].filter(Boolean).join("\n");
      if (more) row.lastChild.append(make("pre", "", more));
    }
    const toggle = () => { if (!opened.delete(name)) opened.add(name); draw(); };
    row.onclick = () => { if (!String(getSelection())) toggle(); };
    row.onkeydown = (event) => { if (event.key === "Enter") toggle(); };
    return row;
  });
  byId(id).replaceChildren(table(top, rows));
  show("card-" + id, list.length > 0);
};

const draw = () => {
  if (last === null) return;
  const { process: own, server, failure } = last;
  for (const id of ["tile-rate", "tile-latency", "tile-errors", "chart-throughput", "chart-latencies"]) show(id, own !== null);
  show("tile-pool", Boolean(own && own.pool));
  const isServer = samples.some((sample) => sample.server !== null || sample.failure !== null);
  for (const id of ["tile-sessions", "tile-waiting", "tile-cache", "chart-commits", "chart-connections"]) show(id, isServer);
  if (own !== null) {
    tell("rate", short(own.perSecond), own.running + " running");
    tell("latency", own.latency ? duration(own.latency.p95) : "–", own.latency ? "half " + duration(own.latency.p50) + ", slowest " + duration(own.latency.max) : "nothing was asked");
    tell("errors", short(own.errorsPerSecond), "", own.errorsPerSecond > 0 ? "bad" : "");
    if (own.pool) tell("pool", own.pool.busy + " / " + own.pool.total, own.pool.waiting > 0 ? own.pool.waiting + " calls wait" : own.pool.idle + " idle", own.pool.waiting > 0 ? "bad" : own.pool.busy / own.pool.total > 0.8 ? "warn" : "");
    statements("statements", own.statements);
    byId("repeated").replaceChildren(table(heads(["what"], ["instead"], ["where"]), own.repeated.map((each) => cells(["", each.message.replace("WARNING: N+1 query detected - ", "")], ["", each.fix], ["", each.callSite || "sampleCallSites(1) shows it"]))));
    show("card-repeated", own.repeated.length > 0);
  }
  const waiting = server ? server.waiting : [];
  const slow = server ? server.slow : [];
  if (server !== null) {
    const { sessions } = server;
    tell("sessions", String(sessions.active), sessions.idle + " idle, " + sessions.idleInTransaction + " idle in transaction, of " + sessions.limit, sessions.active + sessions.idle + sessions.idleInTransaction > 0.8 * sessions.limit ? "bad" : sessions.idleInTransaction > 0 ? "warn" : "");
    tell("waiting", String(waiting.length), "", waiting.length > 0 ? "bad" : "");
    tell("cache", server.cacheHit === null ? "–" : (server.cacheHit * 100).toFixed(1) + " %", "since the statistics began", server.cacheHit !== null && server.cacheHit < 0.9 ? "warn" : "");
    statements("server", server.statements || []);
  }
  byId("locks").replaceChildren(table(heads(["process", "number"], ["waits", "number"], ["statement"], ["for"], ["which"]), waiting.map((each) => cells(["number", String(each.pid)], ["number", duration(each.seconds * 1000)], ["", each.statement, true], ["", each.blockedBy], ["", each.holder || "–", true]))));
  show("card-locks", waiting.length > 0);
  byId("slow").replaceChildren(table(heads(["process", "number"], ["runs", "number"], ["statement"]), slow.map((each) => cells(["number", String(each.pid)], ["number", duration(each.seconds * 1000)], ["", each.statement, true]))));
  show("card-slow", slow.length > 0);
  const alarms = [];
  if (failure !== null) alarms.push("The database does not answer: " + failure + ".");
  if (waiting.length > 0) alarms.push(waiting.length + (waiting.length === 1 ? " session waits" : " sessions wait") + " for a lock, the first for " + duration(waiting[0].seconds * 1000) + "; process " + waiting[0].blockedBy + " holds it" + (waiting[0].holder ? ": " + waiting[0].holder : "") + ".");
  if (server && server.rates && server.rates.deadlocks > 0) alarms.push("The server ended a deadlock.");
  byId("alarm").textContent = alarms.join("\n");
  show("alarm", alarms.length > 0);
  document.title = (alarms.length > 0 ? "⚠ " : "") + document.querySelector("h1").textContent + " – Petrel";
  charts();
};

const charts = () => {
  const own = (pick) => (sample) => (sample.process === null ? null : pick(sample.process));
  const latency = (name) => own(({ latency: found }) => (found === null ? null : found[name]));
  const server = (pick) => (sample) => (sample.server === null ? null : pick(sample.server));
  const rate = (name) => server(({ rates }) => (rates === null ? null : rates[name]));
  chart("throughput", [{ name: "all", pick: own((each) => each.perSecond) }, { name: "failed", pick: own((each) => each.errorsPerSecond) }]);
  chart("latencies", [{ name: "p50", pick: latency("p50") }, { name: "p95", pick: latency("p95") }, { name: "p99", pick: latency("p99") }], true);
  chart("commits", [{ name: "committed", pick: rate("commits") }, { name: "rolled back", pick: rate("rollbacks") }]);
  chart("connections", [{ name: "active", pick: server((each) => each.sessions.active) }, { name: "idle in transaction", pick: server((each) => each.sessions.idleInTransaction) }]);
};
for (const svg of document.querySelectorAll("svg")) {
  svg.onmousemove = (event) => { svg.pointer = event.offsetX; charts(); };
  svg.onmouseleave = () => { svg.pointer = undefined; charts(); };
}
addEventListener("resize", charts);

const state = (text, className) => { byId("state").textContent = text; byId("state").className = "state " + className; };
const take = (name, data) => {
  if (name === "history") samples.splice(0, samples.length, ...data);
  else {
    samples.push(data);
    if (samples.length > 150) samples.shift();
  }
  if (name === "sample" && !isPaused) last = data;
  if (isPaused || isDue) return;
  // Once for all samples that come before the next picture; none while nobody looks.
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    draw();
  });
};
const follow = async () => {
  const response = await fetch("events", { headers: { Authorization: "Bearer " + key }, cache: "no-store" });
  if (response.status === 401) {
    state("the key is missing: open the URL that the monitor printed", "lost");
    return false;
  }
  if (!response.ok) throw new Error(String(response.status));
  state("live", "live");
  let text = "";
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return true;
    text += value;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const [first, second] = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      take(first.slice("event: ".length), JSON.parse(second.slice("data: ".length)));
    }
  }
};
const stay = async () => {
  try {
    if (!(await follow())) return;
  } catch {}
  state("no connection to the monitor; trying again", "lost");
  setTimeout(stay, 1000);
};
byId("pause").onclick = () => {
  isPaused = !isPaused;
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  byId("pause").textContent = isPaused ? "Go on" : "Pause";
};
byId("theme").onclick = () => {
  const root = document.documentElement;
  const isDark = root.className === "" ? matchMedia("(prefers-color-scheme: dark)").matches : root.className === "dark";
  root.className = isDark ? "light" : "dark";
};
stay();
`;
