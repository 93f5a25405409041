/** The page as it is before its scripts have asked anything. Every element that a script fills has an id here. */
import { html } from 'hono/html'

/** Where a page gets what it is made of, and what it has beside the panels of every dashboard. */
export interface PageParts {
  /** Path of the style sheet. */
  readonly style: string
  /** Path of the module that runs the page. */
  readonly script: string
  /** Origin of the gateway that it asks at first; empty for the one that serves it. */
  readonly gateway: string
  /** Stands under the mark. @default nothing */
  readonly panel?: Markup
}

export type Markup = ReturnType<typeof html>

/** The mark of anillo: a ring with a peer on it. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Ccircle cx='16' cy='17' r='10' fill='none' stroke='%230b7c80' stroke-width='5'/%3E%3Ccircle cx='23' cy='9' r='6' fill='%23e0732b'/%3E%3C/svg%3E"

const TITLES = {
  ring: 'The ring',
  lookup: 'Find a user',
  peers: 'Peers and balance',
  changes: 'Changes',
  timeline: 'Timeline',
  tasks: 'Work under way',
  requests: 'Requests of this page'
} as const

/** Is all well? */
const VERDICT = html`<section id="verdict" class="verdict" data-state="waiting" aria-labelledby="verdict-text">
<svg class="mark" viewBox="0 0 64 64" aria-hidden="true"><circle cx="32" cy="32" r="29"></circle><path class="check" d="M18 33.5 L28 43.5 L47 22"></path><path class="cross" d="M21 21 L43 43 M43 21 L21 43"></path><path class="dots" d="M20 32h.1M32 32h.1M44 32h.1"></path></svg>
<div class="said"><h1 id="verdict-text" aria-live="polite">Asking the ring</h1><ul id="reasons" class="reasons"></ul><details id="more" hidden><summary id="more-count"></summary><ul id="more-reasons" class="reasons"></ul></details></div>
<dl id="facts"></dl>
${commands('Whether it is whole', '/readyz?verbose', 'ring check')}
</section>`

const PANELS = html`<section class="ring" aria-labelledby="ring-title">
<div class="head"><h2 id="ring-title">${TITLES.ring}</h2>${commands(TITLES.ring, '/v1/ring', 'ring show')}</div>
<div class="drawing"><svg id="circle" viewBox="-410 -358 820 716" role="group" aria-label="The ring: peers at their first positions. Arrow keys go from peer to peer, Enter holds one."></svg></div>
<p id="pointed" class="hint">Point at a peer, or reach it with the arrow keys, to see whom it knows.</p>
</section>
<section class="lookup" aria-labelledby="lookup-title">
<div class="head"><h2 id="lookup-title">${TITLES.lookup}</h2><details class="commands" id="lookup-commands"><summary aria-label="${TITLES.lookup}: commands" title="The same in a terminal">&gt;_</summary></details></div>
<form id="lookup-form"><label class="hidden" for="lookup-id">User id</label><input id="lookup-id" type="text" placeholder="User id, such as 7" autocomplete="off" autocapitalize="off" spellcheck="false" required><button type="submit">Look up</button></form>
<div id="lookup-result" role="status"><p class="hint">The id is hashed to a place on the ring. Whether there is such a user does not matter.</p></div>
</section>
<section class="peers" aria-labelledby="peers-title">
<div class="head"><h2 id="peers-title">${TITLES.peers}</h2>${commands(TITLES.peers, '/v1/ring', 'ring show')}</div>
<div class="scroll" tabindex="0" role="region" aria-labelledby="peers-title"><table><caption id="ideal" class="hint"></caption>
<thead><tr><th scope="col">Peer</th><th scope="col">Slots led</th><th scope="col">Users</th></tr></thead>
<tbody id="balance"></tbody></table></div>
</section>
<section class="changes" aria-labelledby="changes-title">
<div class="head"><h2 id="changes-title">${TITLES.changes}</h2>${commands(TITLES.changes, '/v1/changes', 'users watch')}</div>
<p id="changes-hint" class="hint">Waiting for the feed.</p>
<ol id="changes" class="log" tabindex="0" aria-labelledby="changes-title"></ol>
</section>
<section class="timeline" aria-labelledby="timeline-title">
<div class="head"><h2 id="timeline-title">${TITLES.timeline}</h2>${commands(TITLES.timeline, '/v1/events', undefined)}</div>
<p id="timeline-hint" class="hint">Joins, leaves, crashes and takeovers, as the asked peer notices them.</p>
<ol id="timeline" class="log" tabindex="0" aria-labelledby="timeline-title"></ol>
</section>
<section class="tasks" aria-labelledby="tasks-title">
<div class="head"><h2 id="tasks-title">${TITLES.tasks}</h2>${commands(TITLES.tasks, '/v1/tasks', 'peer status')}</div>
<ul id="tasks"></ul>
</section>
<section class="requests" aria-labelledby="requests-title">
<div class="head"><h2 id="requests-title">${TITLES.requests}</h2>${commands(TITLES.requests, '/metrics', 'bench read -d 10s')}</div>
<div class="histograms"><figure><figcaption>Time to an answer, ms <span id="latency-summary">none yet</span></figcaption><ol id="latency" class="bars"></ol></figure>
<figure><figcaption>Hops of a lookup <span id="hops-summary">no lookup yet</span></figcaption><ol id="hops" class="bars"></ol></figure></div>
<p><button id="sample" type="button">Look up 20 ids</button></p>
</section>`

/** Everything comes from whoever serves the page: no other site is asked, nothing stands in the page that runs, and no page may frame it. */
export function pageHeaders(connect = "'self'"): Readonly<Record<string, string>> {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'none'; script-src 'self'; style-src 'self'; connect-src ${connect}; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'Referrer-Policy': 'no-referrer'
  }
}

export function dashboardPage({ style, script, gateway, panel = html`` }: PageParts): string {
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>anillo</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head>
<body>
<a class="skip" href="#lookup-id">Skip to finding a user</a>
<header>
<p class="brand">anillo <span id="version"></span></p>
<p class="asked"><span class="pair">ring <code id="ring-id">…</code></span> <span class="pair">asked peer <code id="self">…</code></span></p>
<p id="live" class="live" data-state="waiting">connecting</p>
<nav aria-label="More"><a id="docs" href="${gateway}/docs">HTTP interface</a></nav>
</header>
<noscript><p class="notice">This page asks the peer by script, and scripts are switched off. The same is at <a href="${gateway}/v1/ring">/v1/ring</a>.</p></noscript>
<section id="token" class="notice" aria-labelledby="token-title" hidden>
<h2 id="token-title">This peer wants a token</h2>
<p id="token-why">One with the scope <code>read</code> is enough. It is kept until this tab is closed.</p>
<form id="token-form"><label for="token-text">Token</label> <input id="token-text" type="password" autocomplete="off" spellcheck="false" required> <button type="submit">Use it</button></form>
</section>
<main>
${VERDICT}
${panel}
${PANELS}
</main>
<p id="announcements" class="hidden" role="status" aria-live="polite"></p>
</body>
</html>
`)
}

/** The same for a terminal; the scripts know under which name the peer was reached. */
function commands(panel: string, curl: string, cli: string | undefined) {
  return cli === undefined
    ? html`<details class="commands" data-curl="${curl}"><summary aria-label="${panel}: commands" title="The same in a terminal">&gt;_</summary></details>`
    : html`<details class="commands" data-curl="${curl}" data-cli="${cli}"><summary aria-label="${panel}: commands" title="The same in a terminal">&gt;_</summary></details>`
}
