/**
 * How /docs looks. A module and not a .css file: the compiler copies none into dist, and a string is there in whatever
 * runtime or bundle the gateway is mounted, where there may be no disk to read it from.
 */
export const STYLE = `:root {
  color-scheme: light dark;
  --paper: #fcfbf8;
  --raised: #f3f1eb;
  --ink: #1c1f24;
  --quiet: #5d626c;
  --line: #dedad0;
  --accent: #0b6b6f;
  --sunken: #1f242b;
  --sunken-ink: #e8eaed;
  --get: #0b6b6f;
  --post: #2f6d1e;
  --put: #8a5300;
  --patch: #6b3fa0;
  --delete: #b3261e;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", "DejaVu Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c;
    --raised: #1e2228;
    --ink: #e6e7ea;
    --quiet: #a0a6b1;
    --line: #32373f;
    --accent: #5cc8c4;
    --sunken: #0d0f12;
    --sunken-ink: #dfe2e6;
    --get: #5cc8c4;
    --post: #86c96f;
    --put: #e3ac55;
    --patch: #bd9bea;
    --delete: #f2887f;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1.5rem; }
@media (prefers-reduced-motion: no-preference) {
  html { scroll-behavior: smooth; }
  article { transition: border-color 0.3s; }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 var(--sans); }
a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
.skip { position: absolute; left: -100rem; top: 0.5rem; z-index: 1; padding: 0.5rem 1rem; background: var(--paper); }
.skip:focus { left: 0.5rem; }
code { font: 0.875em/1.5 var(--mono); overflow-wrap: anywhere; }
p code, li > a code, dd code { padding: 0.1em 0.3em; border-radius: 4px; background: var(--raised); }
p { margin: 0 0 0.9rem; max-width: 42rem; }

header { padding: 1.5rem 1.25rem; border-bottom: 1px solid var(--line); background: var(--raised); }
.menu { margin-top: 0.75rem; }
.menu > summary { color: var(--accent); }
.brand { font-weight: 700; font-size: 1.25rem; letter-spacing: -0.01em; color: var(--ink); text-decoration: none; }
.brand::before { content: ""; display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.5em; border: 0.18em solid var(--accent); border-radius: 50%; vertical-align: -0.06em; }
.version { color: var(--quiet); font-size: 0.875rem; margin-left: 0.25rem; }
nav { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 0 1.5rem; }
nav h2 { margin: 1rem 0 0.25rem; font-size: 0.8125rem; font-weight: 650; grid-column: 1 / -1; }
nav h2 a { color: var(--ink); text-decoration: none; }
nav ul { display: contents; list-style: none; }
nav li a { display: grid; grid-template-columns: 3.6rem 1fr; align-items: baseline; padding: 0.2rem 0; color: var(--quiet); text-decoration: none; }
nav a:hover, nav h2 a:hover { color: var(--accent); }
nav .path { font: 0.8125rem/1.45 var(--mono); overflow-wrap: anywhere; }
.method { font: 700 0.6875rem/1.4 var(--mono); letter-spacing: 0.03em; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); }
.patch { color: var(--patch); } .delete { color: var(--delete); }

main { padding: 2rem 1.25rem 6rem; max-width: 84rem; }
h1 { margin: 0 0 1rem; font-size: 2rem; line-height: 1.2; letter-spacing: -0.02em; }
section { margin-top: 4rem; }
section > h2 { margin: 0 0 0.5rem; padding-top: 1.5rem; border-top: 2px solid var(--ink); font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.015em; }
h3 { margin: 0 0 0.25rem; font-size: 1.1875rem; line-height: 1.35; letter-spacing: -0.01em; }
h4 { margin: 1.5rem 0 0.25rem; font-size: 0.875rem; font-weight: 650; color: var(--quiet); }
article { margin: 2rem 0 0; padding: 1.5rem 0 0 1.25rem; border-left: 3px solid transparent; margin-left: calc(-1.25rem - 3px); border-top: 1px solid var(--line); }
section > article:first-of-type { border-top-color: transparent; padding-top: 0.5rem; margin-top: 1rem; }
article:target { border-left-color: var(--accent); }
.route { margin-bottom: 1rem; }
.route .method { font-size: 0.8125rem; margin-right: 0.35rem; }
.route code { padding: 0; background: none; font-size: 0.9375rem; }
.types { margin: 0; }
.fields { margin: 0; padding: 0; list-style: none; max-width: 42rem; }
.fields li { padding: 0.5rem 0; border-top: 1px solid var(--line); }
.fields > li:first-child { border-top: 0; }
.fields p { margin: 0.1rem 0 0; color: var(--quiet); font-size: 0.9375rem; line-height: 1.5; }
.fields .fields { margin: 0.5rem 0 0; padding-left: 1rem; border-left: 1px solid var(--line); }
.name { font-weight: 600; }
.type, .optional { font-size: 0.8125rem; color: var(--quiet); }
.optional::before { content: "· "; }
.answer { margin: 0.4rem 0; max-width: 42rem; }
.answer p { margin: 0; }
.answer > .fields { margin: 0.25rem 0 0.75rem 1rem; }
summary { cursor: pointer; padding: 0.15rem 0; }
summary:hover > span:not(.status) { text-decoration: underline; text-underline-offset: 0.2em; }
.status { font: 650 0.8125rem/1.4 var(--mono); }
.s2, .s3 { color: var(--post); } .s4 { color: var(--put); } .s5 { color: var(--delete); }
.carried { margin: 0.25rem 0 0.25rem 1rem !important; font-size: 0.9375rem; }
.failures { margin: 0.25rem 0 0.75rem 1rem; padding: 0; list-style: none; font-size: 0.9375rem; }
.failures li { display: grid; grid-template-columns: 3rem 1fr; align-items: baseline; padding: 0.2rem 0; }
.shown { margin-top: 1.5rem; min-width: 0; }
.caption { margin: 0 0 0.3rem; font-size: 0.8125rem; color: var(--quiet); }
pre { margin: 0 0 1.25rem; padding: 0.9rem 1.1rem; border-radius: 8px; background: var(--sunken); color: var(--sunken-ink); white-space: pre-wrap; font: 0.8125rem/1.55 var(--mono); }
pre code { font: inherit; }
dl { margin: 1rem 0 0; max-width: 60rem; }
dt { margin-top: 0.75rem; scroll-margin-top: 1.5rem; }
dd { margin: 0; color: var(--quiet); }
dt:target code, dt:target + dd { color: var(--accent); }

@media (min-width: 60rem) {
  body { display: grid; grid-template-columns: 19rem minmax(0, 1fr); }
  header { position: sticky; top: 0; height: 100vh; overflow-y: auto; border-bottom: 0; border-right: 1px solid var(--line); }
  nav { display: block; }
  @supports selector(::details-content) {
    .menu > summary { display: none; }
    .menu::details-content { content-visibility: visible; }
  }
  nav ul { display: block; margin: 0; padding: 0; }
  main { padding: 3rem 3rem 8rem; }
}
@media (min-width: 60rem) and (max-width: 80rem) { main { max-width: 52rem; } }
@media (min-width: 80rem) {
  article { display: grid; grid-template-columns: minmax(0, 11fr) minmax(0, 9fr); gap: 0 3rem; }
  .shown { position: sticky; top: 1.5rem; align-self: start; margin-top: 0.25rem; }
  dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.6rem 2rem; }
  dt { margin: 0; }
}
@media (forced-colors: active) {
  pre { border: 1px solid; }
}
@media print {
  header, .skip { display: none; }
  body { display: block; }
  pre { background: none; color: inherit; border: 1px solid; white-space: pre-wrap; }
}
`
