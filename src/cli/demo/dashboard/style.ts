/** How the panel of the demo looks; after the style sheet of every dashboard. */
export const DEMO_STYLE = `
.meters { display: flex; flex-wrap: wrap; align-items: end; justify-content: space-between; gap: 0.9rem 1.5rem; margin: 0.35rem 0 1.4rem; }
.loss { display: flex; align-items: center; gap: 0.75rem; line-height: 1.3; font-weight: 600; }
.loss strong { font-size: 4rem; line-height: 0.8; font-weight: 700; letter-spacing: -0.04em; color: var(--quiet); }
[data-state="kept"] .loss strong { color: var(--good); }
[data-state="lost"] .loss, [data-state="lost"] .loss strong, dd[data-state="lost"] { color: var(--bad); }
.meters dl { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; }
.meters dl div { display: flex; flex-direction: column-reverse; }
.meters dt { font-size: 0.8125rem; color: var(--quiet); white-space: nowrap; }
.meters dd { font-size: 1.125rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
.resting #acknowledged::after { content: " (load off)"; font-size: 0.8125rem; font-weight: 400; letter-spacing: 0; color: var(--quiet); }
.demo .scroll { max-height: 24rem; margin: 0 -5px; padding: 0 5px; }
.demo thead th:nth-child(1) { width: 7.25rem; }
.demo thead th:nth-child(3), .demo thead th:nth-child(4) { width: 3.4rem; }
.demo thead th:nth-child(5) { width: 9.75rem; }
.demo td, .demo tbody th { padding: 0.35rem 0.5rem 0.35rem 0; }
.demo td:last-child { padding-right: 0; }
.ordinal { display: inline-block; min-width: 1.1em; margin-right: 0.5em; font-weight: 700; }
.demo .swatch { vertical-align: -0.02em; }
.demo .current .peer-name::after { content: " *"; }
.word { white-space: nowrap; }
.word::before { content: ""; display: inline-block; width: 0.7em; height: 0.7em; margin-right: 0.55em; border-radius: 50%; border: 2px solid var(--quiet); vertical-align: -0.02em; }
[data-state="running"] .word::before { background: var(--good); border-color: var(--good); }
[data-state="killed"] .word { color: var(--bad); font-weight: 600; }
[data-state="killed"] .word::before { border: 0; border-radius: 0; background: var(--bad); clip-path: var(--cross); }
[data-state="paused"] .word { color: var(--warn); font-weight: 600; }
[data-state="paused"] .word::before { width: 0.6em; border-radius: 0; border-width: 0 0.22em; border-color: var(--warn); }
[data-state="starting"] .word::before, [data-state="leaving"] .word::before, [data-state="stopping"] .word::before { border-color: var(--accent); border-right-color: transparent; }
.pick input { flex: none; width: 1.1rem; height: 1.1rem; margin: 0; accent-color: var(--accent); vertical-align: -0.2em; }
.side { display: inline-block; margin-left: 0.4em; padding: 0 0.4em; border: 1px solid var(--warn); border-radius: 4px; font-size: 0.75rem; font-weight: 600; color: var(--warn); }
.side:empty { display: none; }
.acts { white-space: nowrap; text-align: right; }
.acts .small { width: 4.6rem; padding-inline: 0; }
.acts button { color: var(--ink); border-color: var(--quiet); }
.acts [data-verb="start"], .acts [data-verb="resume"] { color: var(--accent); border-color: currentColor; }
.acts button:hover { color: var(--paper); background: var(--accent); border-color: var(--accent); }
.acts [data-verb="kill"]:hover { background: var(--bad); border-color: var(--bad); }
.acts [aria-disabled="true"], .acts [aria-disabled="true"]:hover { color: var(--quiet); background: none; border-color: var(--line); }
.tools { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-top: 0.9rem; }
.said-line { min-height: 3em; margin-top: 0.75rem; font-size: 0.8125rem; overflow-wrap: anywhere; color: var(--quiet); }
.said-line[data-state="done"] { color: var(--ink); }
.said-line[data-state="failed"] { color: var(--bad); }

@media (min-width: 64rem) {
  .demo { grid-column: 1 / -1; grid-row: 2; }
  .ring { grid-row: 3 / span 2; }
  .changes, .timeline { grid-row: 5 / span 2; }
}
@media (min-width: 64rem) and (max-width: 77.99rem) {
  .demo { display: grid; grid-template: "head head" auto "meters rows" auto "meters tools" auto "meters said" 1fr / 4fr 8fr; gap: 0 3rem; }
  .demo .head { grid-area: head; }
  .demo .scroll { grid-area: rows; }
  .tools { grid-area: tools; }
  .said-line { grid-area: said; }
  .meters { grid-area: meters; flex-direction: column; align-items: start; justify-content: start; gap: 1.5rem; }
}
@media (min-width: 78rem) {
  .demo { grid-column: 1 / span 5; }
  .ring { grid-column: 6 / -1; grid-row: 2 / span 2; }
  .lookup { grid-column: 1 / span 5; grid-row: 3; min-height: 0; }
  .peers, .changes, .timeline { grid-column: span 4; grid-row: 4; }
  .tasks { grid-column: span 5; }
  .requests { grid-column: span 7; }
  .log { max-height: 18rem; }
}
@media (max-width: 40rem) {
  .demo .scroll { max-height: none; }
  .demo thead { display: none; }
  .demo tbody tr { display: grid; grid-template: "name name acts" auto "state picks picks2" auto / 7.5rem 1fr max-content; align-items: center; gap: 0.35rem 0.75rem; padding: 0.5rem 0; border-top: 1px solid var(--line); }
  .demo tbody th, .demo td { padding: 0; border: 0; }
  .demo tbody th { grid-area: name; }
  .acts { grid-area: acts; }
  .pick { text-align: right; }
  .pick::after { content: attr(data-what); margin-left: 0.45em; font-size: 0.8125rem; color: var(--quiet); }
}
`
