/** The page's style sheet: light and dark, no network. */
export const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#59636e;--paper:#fff;--line:#d8dee4;--petrel:#0f766e;--driver:#6b7280;--query-builder:#b45309;--orm:#7c3aed;--good:#16a34a;--bad:#dc2626;--tint:#eefbf8}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4ae;--paper:#0f1318;--line:#2b323a;--petrel:#2dd4bf;--driver:#9ca3af;--query-builder:#f59e0b;--orm:#a78bfa;--tint:#11261f}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1000px;margin:0 auto;padding:24px 20px 80px}h1{font-size:30px;margin:8px 0 16px}h2{margin:48px 0 8px;padding-bottom:6px;border-bottom:1px solid var(--line)}
h3{margin:36px 0 8px;font-size:18px}h3 small{color:var(--soft);font-weight:400;font-size:13px;margin-left:8px;font-family:ui-monospace,monospace}
dl{display:grid;grid-template-columns:90px 1fr;gap:4px 16px;font-size:14px;margin:0}dt{color:var(--soft)}dd{margin:0}
a{color:inherit;text-decoration-color:var(--line);text-underline-offset:3px}a:hover{text-decoration-color:currentColor}
.warning{padding:10px 14px;border-left:4px solid var(--query-builder);background:color-mix(in srgb,var(--query-builder) 12%,transparent)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}td,th{padding:4px 9px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th[scope=row]{text-align:left;font-weight:400}thead th{color:var(--soft);font-weight:500;vertical-align:bottom}tr.ours{background:var(--tint)}tr.ours th{font-weight:600}
.overview thead th{padding:4px 4px;height:150px}.overview thead span{display:inline-block;writing-mode:vertical-rl;transform:rotate(180deg)}
.overview td{padding:4px 7px}.overview th[scope=row]{position:sticky;left:0;background:var(--paper);max-width:330px;overflow:hidden;text-overflow:ellipsis}
.overview td.faster{background:color-mix(in srgb,var(--good) var(--strength),transparent)}.overview td.slower{background:color-mix(in srgb,var(--bad) var(--strength),transparent);font-weight:600}
.own{font-weight:600}.none{color:var(--soft)}figure{margin:12px 0 4px}figcaption{color:var(--soft);font-size:13px;margin-bottom:4px}svg{width:100%;height:auto;display:block;font:12px system-ui,sans-serif}
svg text{fill:var(--ink)}svg .label{text-anchor:end}svg .petrel-text{font-weight:700}svg .tick{text-anchor:middle;fill:var(--soft);font-size:11px}svg .head{fill:var(--soft);font-size:11px}svg .value{fill:var(--ink);font-variant-numeric:tabular-nums}
svg .grid,svg .guide{stroke:var(--line)}svg .guide{stroke-dasharray:2 3}svg .error{stroke:var(--ink);fill:none;stroke-opacity:.65}
.petrel{fill:var(--petrel)}.driver{fill:var(--driver)}.query-builder{fill:var(--query-builder)}.orm{fill:var(--orm)}
.legend span{margin-right:18px;font-size:13px}.legend span::before{content:"";display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:6px}
.legend .petrel::before{background:var(--petrel)}.legend .driver::before{background:var(--driver)}.legend .query-builder::before{background:var(--query-builder)}.legend .orm::before{background:var(--orm)}
details{margin:2px 0 20px}summary{cursor:pointer;color:var(--soft);font-size:13px}.verdicts th[scope=row]{white-space:normal}.goals{font-size:13px;margin:4px 0}.met{color:var(--good);font-weight:600}.missed{color:var(--bad);font-weight:600}.failed{font-size:13px;color:var(--bad)}@media print{details{display:block}}
`.trim();
