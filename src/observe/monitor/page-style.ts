/** How the monitor's page looks, by light and by dark. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --back: light-dark(#f5f6f8, #0f1216); --card: light-dark(#ffffff, #181c22); --line: light-dark(#dfe3e8, #2b313a);
  --text: light-dark(#1a1f26, #e5e9ef); --dim: light-dark(#5b6672, #98a3b0);
  --one: light-dark(#1d5fd0, #6ea8ff); --two: light-dark(#b45309, #f5b04c); --three: light-dark(#b3261e, #ff7b72);
  --good: light-dark(#18794e, #4cc38a); --alarm: light-dark(#fdecea, #3b1614);
}
:root.light { color-scheme: light } :root.dark { color-scheme: dark }
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--text); font: 14px/1.45 system-ui, sans-serif; font-variant-numeric: tabular-nums }
header { display: flex; gap: 12px; align-items: center; padding: 10px 20px; background: var(--card); border-bottom: 1px solid var(--line); position: sticky; top: 0; z-index: 1 }
h1 { font-size: 16px; margin: 0; overflow-wrap: anywhere } h2 { font-size: 14px; margin: 0 0 8px } small { color: var(--dim); font-weight: 400 }
.grow { flex: 1 }
button { font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 6px; padding: 4px 10px; cursor: pointer }
button:hover { border-color: var(--dim) } button[aria-pressed=true] { background: var(--two); color: var(--card); border-color: transparent }
:focus-visible { outline: 2px solid var(--one); outline-offset: 1px }
.state { color: var(--dim); white-space: nowrap } .state::before { content: ""; display: inline-block; width: 9px; height: 9px; border-radius: 50%; background: var(--two); margin-right: 6px }
.state.live::before { background: var(--good) } .state.lost::before { background: var(--three) }
.alarm { background: var(--alarm); color: var(--three); border-left: 4px solid var(--three); margin: 14px 20px 0; padding: 10px 14px; border-radius: 6px; font-weight: 600; white-space: pre-line }
main { padding: 14px 20px 40px; display: grid; gap: 14px; max-width: 1500px; margin: auto }
.tiles { display: grid; gap: 10px; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)) }
.tile, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; margin: 0; min-width: 0 }
.tile { display: grid } .tile[hidden], [hidden] { display: none }
.label, .more { color: var(--dim); font-size: 12px } .value { font-size: 24px; font-weight: 650; line-height: 1.3 }
.tile.bad .value { color: var(--three) } .tile.warn .value { color: var(--two) }
.charts { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(520px, 100%), 1fr)) }
figcaption { display: flex; justify-content: space-between; gap: 12px; font-size: 13px } .legend { color: var(--dim); white-space: nowrap }
.legend i { font-style: normal; font-weight: 650; margin-left: 10px }
svg { display: block; width: 100%; height: 150px; margin-top: 6px } svg text { fill: var(--dim); font-size: 11px }
.grid { stroke: var(--line); stroke-width: 1 } .cross { stroke: var(--dim); stroke-dasharray: 3 3 } .series { fill: none; stroke-width: 1.8; stroke-linejoin: round }
.c0 { stroke: var(--one); color: var(--one) } .c1 { stroke: var(--two); color: var(--two) } .c2 { stroke: var(--three); color: var(--three) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100% } th { text-align: left; color: var(--dim); font-weight: 500; font-size: 12px }
th, td { padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top } .number { text-align: right; white-space: nowrap }
tr:last-child > td { border-bottom: 0 } tbody tr.choose { cursor: pointer } tbody tr.choose:hover { background: light-dark(#f0f4fb, #1f252d) }
code, pre { font: 12px/1.5 ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace }
td code { display: block; max-width: 62vw; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
tr.open td code { white-space: pre-wrap; overflow-wrap: anywhere } pre { margin: 6px 0; white-space: pre-wrap; color: var(--dim) }
th button { border: 0; padding: 0; font: inherit; color: inherit } th button[aria-pressed=true] { background: none; color: var(--text); text-decoration: underline }
@media (max-width: 600px) { main { padding: 10px } header { padding: 8px 10px; flex-wrap: wrap } .value { font-size: 20px } }
`;
