/** How the dashboard looks, in light and dark. A module and not a .css file: the compiler copies none into dist. */
export const STYLE = `:root {
  color-scheme: light dark;
  --paper: #fbfaf6;
  --raised: #f2efe7;
  --ink: #191c20;
  --quiet: #5a5f69;
  --line: #ddd8cb;
  --accent: #0b6b6f;
  --good: #2c6a1f;
  --bad: #b3261e;
  --warn: #8a5300;
  --key: #191c20;
  --cross: polygon(20% 0, 50% 30%, 80% 0, 100% 20%, 70% 50%, 100% 80%, 80% 100%, 50% 70%, 20% 100%, 0 80%, 30% 50%, 0 20%);
  --peer-l: 0.54;
  --peer-c: 0.13;
  --tone-l: 0.12;
  --text-l: 0.46;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", "DejaVu Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121519;
    --raised: #1b1f25;
    --ink: #e8e9ec;
    --quiet: #a3a9b4;
    --line: #2e343c;
    --accent: #5cc8c4;
    --good: #86c96f;
    --bad: #f2887f;
    --warn: #e3ac55;
    --key: #ffffff;
    --peer-l: 0.7;
    --peer-c: 0.12;
    --tone-l: 0.13;
    --text-l: 0.82;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; overflow-x: clip; background: var(--paper); color: var(--ink); font: 0.9375rem/1.5 var(--sans); font-variant-numeric: tabular-nums; }
h1, h2, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
ul, ol { list-style: none; }
code { font: 0.875em/1.5 var(--mono); }
small { font-size: 0.8125rem; color: var(--quiet); }
a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
[hidden] { display: none !important; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -100rem; top: 0.5rem; z-index: 2; padding: 0.5rem 1rem; background: var(--paper); }
.skip:focus { left: 0.5rem; }
.hint { font-size: 0.8125rem; color: var(--quiet); }
.wrong { color: var(--bad); }

header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 1.75rem; padding: 0.9rem max(2rem, 50vw - 48rem); border-bottom: 1px solid var(--line); background: var(--raised); font-size: 0.875rem; }
.brand { font-weight: 700; font-size: 1.125rem; letter-spacing: -0.01em; }
.brand::before { content: ""; display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.5em; border: 0.18em solid var(--accent); border-radius: 50%; vertical-align: -0.06em; }
.brand span { font-weight: 400; font-size: 0.8125rem; color: var(--quiet); }
.asked { color: var(--quiet); }
.asked code { color: var(--ink); }
.pair { white-space: nowrap; margin-right: 1.25rem; }
.live::before { content: ""; display: inline-block; width: 0.55em; height: 0.55em; margin-right: 0.5em; border-radius: 50%; background: var(--quiet); vertical-align: 0.06em; }
.live { color: var(--quiet); }
.live[data-state="live"]::before { background: var(--good); }
.live[data-state="waiting"]::before { background: var(--warn); }
header nav { margin-left: auto; }
.notice { margin: 1.5rem 2rem 0; padding: 1.25rem 1.5rem; border: 1px solid var(--accent); border-radius: 10px; }
.notice h2 { font-size: 1.125rem; }
.notice form { max-width: 34rem; margin-top: 0.75rem; }

main { display: grid; gap: 0 3rem; padding: 0 2rem 4rem; max-width: 100rem; margin: 0 auto; }
main > section { min-width: 0; padding: 1.5rem 0; }
main > section + section { border-top: 1px solid var(--line); }
.head { display: flex; align-items: baseline; gap: 1rem; position: relative; margin-bottom: 0.75rem; }
h2 { font-size: 1rem; line-height: 1.35; font-weight: 650; letter-spacing: -0.005em; }

.commands { margin: 0 -0.45rem 0 auto; }
.commands summary { cursor: pointer; color: var(--quiet); list-style: none; padding: 0 0.45rem; border: 1px solid transparent; border-radius: 6px; font: 600 0.8125rem/1.5 var(--mono); }
.commands summary::-webkit-details-marker { display: none; }
.commands summary:hover, .commands[open] summary { color: var(--accent); border-color: var(--line); background: var(--raised); }
.lines { position: absolute; right: 0; top: 1.9rem; z-index: 1; width: max-content; max-width: 100%; padding: 0.6rem; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); box-shadow: 0 6px 24px rgb(0 0 0 / 0.14); }
.line { display: flex; align-items: center; gap: 0.75rem; padding: 0.25rem 0.35rem; }
.line code { flex: 1; overflow-wrap: anywhere; }
.line .copy { flex: none; padding: 0.1rem 0.6rem; font-size: 0.8125rem; min-width: 4.6rem; }

form { display: flex; flex-wrap: wrap; align-items: center; gap: 0.6rem; }
input { flex: 1 1 10rem; min-width: 0; font: inherit; color: inherit; padding: 0.5rem 0.75rem; background: var(--paper); border: 1px solid var(--quiet); border-radius: 8px; }
input::placeholder { color: var(--quiet); opacity: 1; }
button { font: inherit; font-weight: 600; color: var(--accent); background: none; padding: 0.5rem 1rem; border: 1px solid currentColor; border-radius: 8px; cursor: pointer; white-space: nowrap; }
button:hover { background: var(--accent); border-color: var(--accent); color: var(--paper); }
button:disabled, button[aria-disabled="true"] { color: var(--quiet); background: none; border-color: var(--line); cursor: default; }
button.small { padding: 0.15rem 0.7rem; font-size: 0.8125rem; border-radius: 6px; }

.verdict { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 1rem 1.5rem; position: relative; }
.mark { width: 4.75rem; height: 4.75rem; flex: none; fill: none; stroke: var(--quiet); stroke-width: 6; stroke-linecap: round; stroke-linejoin: round; }
.mark circle { stroke-width: 3; opacity: 0.45; }
.mark path { visibility: hidden; }
[data-state="whole"] .mark { stroke: var(--good); }
[data-state="whole"] .check, [data-state="broken"] .cross, [data-state="waiting"] .dots { visibility: visible; }
[data-state="broken"] .mark { stroke: var(--bad); }
[data-serves="true"] .mark { stroke: var(--warn); }
.said { flex: 1 1 20rem; min-width: 0; min-height: 5rem; display: flex; flex-direction: column; justify-content: center; }
h1 { font-size: clamp(1.5rem, 1rem + 1.6vw, 2.125rem); line-height: 1.15; letter-spacing: -0.025em; font-weight: 700; text-wrap: balance; }
.said { font-size: 0.8125rem; line-height: 1.45; color: var(--quiet); }
.said h1 { color: var(--ink); }
[data-state="broken"] h1 { color: var(--bad); }
[data-serves="true"] h1 { color: var(--warn); }
.reasons li { padding-left: 1rem; text-indent: -1rem; overflow-wrap: anywhere; }
.reasons li::before { content: "— "; }
.said summary { cursor: pointer; width: max-content; }
#facts { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 2rem; min-height: 4.75rem; }
.verdict .commands { margin-top: 1.6rem; }
#facts div { display: flex; flex-direction: column-reverse; }
#facts dd { font-size: 1.5rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.02em; }
#facts dt { font-size: 0.8125rem; color: var(--quiet); }
.verdict .lines { top: 5rem; }

.drawing { max-width: 52rem; margin: 0 auto; }
#circle { display: block; width: 100%; height: auto; overflow: visible; touch-action: manipulation; }
.arcs path { fill: oklch(calc(var(--peer-l) + var(--tone-l) * var(--tone)) var(--peer-c) var(--hue)); transition: opacity 0.2s; }
.arcs line { stroke: oklch(calc(var(--peer-l) + var(--tone-l) * var(--tone)) var(--peer-c) var(--hue)); stroke-width: 1.5; transition: opacity 0.2s; }
.pointing .arcs path, .pointing .arcs line { opacity: 0.22; }
.pointing .arcs .pointed { opacity: 1; }
.places { cursor: pointer; }
.place { outline: none; }
.leader { fill: none; stroke: var(--quiet); stroke-width: 1; opacity: 0.7; }
.spot { fill: oklch(calc(var(--peer-l) + var(--tone-l) * var(--tone)) var(--peer-c) var(--hue)); stroke: var(--paper); stroke-width: 4; transition: r 0.15s; }
.self .spot { stroke: var(--ink); stroke-width: 3; }
.reach { fill: transparent; stroke: none; }
.place:focus-visible .reach { stroke: var(--accent); stroke-width: 3; }
.place[aria-pressed="true"] .reach { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 4 4; }
.suspect .spot { fill: var(--paper); stroke: var(--warn); stroke-width: 4; stroke-dasharray: 5 3; }
.down .spot { fill: var(--paper); stroke: var(--bad); stroke-width: 3; }
.dead { stroke: var(--bad); stroke-width: 3; stroke-linecap: round; }
.name { font: 600 17px/1 var(--mono); fill: var(--ink); }
.name.small { font-size: 13px; font-weight: 500; }
.name .note { font: 600 14px/1 var(--sans); fill: var(--warn); }
.down .name { fill: var(--bad); }
.down .note { fill: var(--bad); }
.pointing .place:not(.pointed) .name { fill: var(--quiet); }
.place.pointed .spot { r: 14px; }
.centre { pointer-events: none; text-anchor: middle; }
.figure { font: 650 60px/1 var(--sans); letter-spacing: -0.03em; fill: var(--ink); }
.caption { font: 400 18px/1 var(--sans); fill: var(--quiet); }
.links { pointer-events: none; fill: none; stroke: oklch(var(--text-l) var(--peer-c) var(--hue)); }
.finger { stroke-width: 1; opacity: 0.75; }
.successor { stroke-width: 3; }
.centre { transition: opacity 0.3s; }
.pointing .centre, .walking .centre { opacity: 0.14; }
.walk { pointer-events: none; }
.leg { fill: none; stroke: var(--key); stroke-width: 2.5; stroke-dasharray: 1; stroke-linecap: round; }
.stop { fill: var(--key); }
.key { stroke: var(--key); stroke-width: 3; }
.light { fill: var(--key); stroke: var(--paper); stroke-width: 3; }
#pointed { text-align: center; min-height: 2.6em; max-width: 44rem; margin: 0.75rem auto 0; }

#lookup-result { margin-top: 0.9rem; }
.found { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.15rem 1.25rem; }
.found dt { color: var(--quiet); }
.found .peer { margin-right: 0.6em; }
.peer { white-space: nowrap; font: 600 0.875em/1.5 var(--mono); color: oklch(var(--text-l) var(--peer-c) var(--hue)); }
.hops { margin-top: 0.6rem; counter-reset: hop; }
.hops li { display: grid; grid-template-columns: 1.5rem max-content 1fr max-content; gap: 0.5rem; align-items: baseline; padding: 0.3rem 0; border-top: 1px solid var(--line); counter-increment: hop; }
.hops li::before { content: counter(hop); color: var(--quiet); }
.hops .why { color: var(--quiet); overflow-wrap: anywhere; }
.ms { font-weight: 600; }

.scroll { max-height: 27rem; overflow-y: auto; overscroll-behavior: contain; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
caption { caption-side: bottom; text-align: left; padding-top: 0.6rem; }
thead th { padding: 0 0 0.35rem; text-align: left; font-weight: 400; font-size: 0.8125rem; color: var(--quiet); }
thead th:first-child { width: 8rem; }
tbody th, td { padding: 0.3rem 1rem 0.3rem 0; text-align: left; border-top: 1px solid var(--line); font-weight: 400; }
td:last-child { padding-right: 0; }
tbody th { white-space: nowrap; overflow: hidden; }
tbody tr.pointed { background: var(--raised); }
.swatch { display: inline-block; width: 0.7em; height: 0.7em; margin-right: 0.6em; border-radius: 50%; background: oklch(calc(var(--peer-l) + var(--tone-l) * var(--tone)) var(--peer-c) var(--hue)); }
.peer-name { font: 600 0.875em/1.5 var(--mono); }
.note { margin-left: 0.6em; font-size: 0.8125rem; color: var(--quiet); }
[data-status="down"] .note, [data-status="down"] .peer-name { color: var(--bad); }
[data-status="suspect"] .note { color: var(--warn); }
[data-status="down"] .swatch { border-radius: 0; background: var(--bad); clip-path: var(--cross); }
.measure { display: grid; grid-template-columns: minmax(0, 1fr) 3rem; align-items: center; gap: 0.5rem; }
.track { position: relative; height: 0.6rem; border-radius: 0.3rem; background: var(--raised); overflow: hidden; }
.track::after { content: ""; position: absolute; left: 50%; top: 0; bottom: 0; width: 2px; background: var(--ink); opacity: 0.65; }
tbody .fill { display: block; height: 100%; border-radius: 0.3rem 0 0 0.3rem; background: oklch(calc(var(--peer-l) + var(--tone-l) * var(--tone)) var(--peer-c) var(--hue)); transition: width 0.4s; }
.number { text-align: right; }

.log { max-height: 20rem; overflow-y: auto; overscroll-behavior: contain; margin-top: 0.6rem; border-top: 1px solid var(--line); }
.log li { display: grid; grid-template-columns: 4.75rem minmax(0, 1fr) max-content; gap: 0.6rem; align-items: baseline; padding: 0.22rem 0; border-bottom: 1px solid var(--line); }
.log:has(li:nth-child(12)):not(:focus-visible) { mask-image: linear-gradient(#000 calc(100% - 2rem), transparent); }
.log time { color: var(--quiet); font-size: 0.8125rem; }
.who { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.status { font-size: 0.8125rem; font-weight: 600; color: var(--quiet); }
.status::before { content: ""; display: inline-block; width: 0.6em; height: 0.6em; margin-right: 0.45em; border-radius: 50%; border: 2px solid currentColor; }
.status.online { color: var(--good); }
.status.online::before { background: currentColor; }
.status.busy { color: var(--bad); }
.status.away { color: var(--warn); }
.what { overflow-wrap: anywhere; }
.timeline li { grid-template-columns: 4.75rem 0.8rem minmax(0, 1fr); }
.timeline .log li::after { content: ""; order: -1; width: 0.6rem; height: 0.6rem; border-radius: 50%; background: var(--quiet); align-self: center; }
.timeline .log time { order: -2; }
.timeline .log .up::after { background: var(--good); }
.timeline .log .down::after, .timeline .log .failed::after, .timeline .log .regressed::after { background: var(--bad); border-radius: 0; clip-path: var(--cross); }
.timeline .log .suspect::after { background: none; border: 2px solid var(--warn); }
.timeline .log .remark::after { background: none; border: 2px solid var(--quiet); }
.timeline .log .taken-over::after { background: var(--accent); border-radius: 0; transform: rotate(45deg); }
.timeline .down .what { color: var(--bad); font-weight: 600; }

#tasks li { display: grid; grid-template-columns: minmax(0, 1fr) max-content; gap: 0.2rem 1rem; padding: 0.35rem 0; border-top: 1px solid var(--line); }
#tasks .detail { grid-column: 1 / -1; overflow-wrap: anywhere; line-height: 1.4; }
#tasks .state, #tasks .done { text-align: right; }
#tasks .state { font-size: 0.8125rem; color: var(--quiet); }
#tasks .running .state { color: var(--accent); font-weight: 600; }
#tasks .failed .state { color: var(--bad); font-weight: 600; }
progress { width: 100%; height: 0.5rem; accent-color: var(--accent); align-self: center; }
.histograms { display: grid; grid-template-columns: 10fr 7fr; gap: 1.5rem; }
figcaption { font-size: 0.8125rem; min-height: 2.6em; }
figcaption span { display: block; color: var(--quiet); }
.bars { display: flex; align-items: stretch; height: 8.5rem; border-bottom: 1px solid var(--line); margin: 0.25rem 0 2.4rem; gap: 3px; }
.bars li { flex: 1; display: flex; flex-direction: column-reverse; position: relative; min-width: 0; }
.bars .label { position: absolute; top: 100%; left: -0.5rem; right: -0.5rem; text-align: center; padding-top: 0.2rem; font-size: 0.625rem; color: var(--quiet); }
.bars .bar { flex: 1; display: flex; flex-direction: column; justify-content: flex-end; min-height: 0; }
.bars .count { font-size: 0.75rem; text-align: center; color: var(--quiet); line-height: 1.3; flex: none; }
.bars .fill { background: var(--accent); border-radius: 2px 2px 0 0; min-height: 0; flex: none; max-height: calc(100% - 1rem); transition: height 0.3s; }
.requests button { margin-top: 0; }

@media (min-width: 64rem) {
  main { grid-template-columns: repeat(12, minmax(0, 1fr)); grid-template-rows: auto auto 1fr; }
  .verdict { grid-column: 1 / -1; }
  .ring { grid-column: span 7; grid-row: 2 / span 2; }
  .lookup, .peers { grid-column: span 5; }
  .lookup { min-height: 14rem; }
  .changes, .timeline { grid-column: span 4; grid-row: 4 / span 2; }
  .tasks, .requests { grid-column: span 4; }
  .log { max-height: 32rem; }
}
@media (max-width: 40rem) {
  header, main { padding-left: 1rem; padding-right: 1rem; }
  .notice { margin-left: 1rem; margin-right: 1rem; }
  header nav { margin-left: 0; }
  .mark { width: 3.5rem; height: 3.5rem; }
  .said { flex-basis: 10rem; }
  .verdict .commands { position: absolute; top: 1.25rem; right: 0; margin-top: 0; }
  .said { min-height: 3.5rem; }
  #facts { min-height: 0; }
  .verdict .lines { top: 2rem; }
  #facts { justify-content: space-between; gap: 0.5rem 1rem; width: 100%; }
  .figure { font-size: 84px; }
  .caption { font-size: 32px; transform: translateY(12px); }
  .name { font-size: 27px; }
  .name .note { font-size: 23px; }
  thead th:first-child { width: 7rem; }
  .measure { grid-template-columns: minmax(0, 1fr); gap: 0.1rem; }
  .number { text-align: left; font-size: 0.8125rem; }
  tbody .note { display: block; margin-left: 1.3em; }
  .histograms { grid-template-columns: 1fr; }
}
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { transition: none !important; }
}
@media (forced-colors: active) {
  .track, .fill, .swatch { forced-color-adjust: none; }
}
`
