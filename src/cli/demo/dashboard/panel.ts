/** The panel that only the demo's dashboard has, before its scripts have filled it. */
import { html } from 'hono/html'
import type { Markup } from '../../../gateway/dashboard/page.ts'

export const DEMO_PANEL: Markup = html`<section id="demo" class="demo" aria-labelledby="demo-title">
<div class="head"><h2 id="demo-title">Break it</h2><details class="commands" id="demo-commands"><summary aria-label="Break it: commands" title="The same in a terminal">&gt;_</summary></details></div>
<div class="meters" id="meters" data-state="waiting">
<p class="loss"><strong id="lost">–</strong> <span>acknowledged<br>writes lost</span></p>
<dl>
<div><dt>acknowledged</dt><dd id="acknowledged">–</dd></div>
<div><dt>wrong answers</dt><dd id="wrong">–</dd></div>
<div><dt>last takeover</dt><dd id="takeover">–</dd></div>
</dl>
</div>
<div class="scroll" tabindex="0" role="region" aria-label="Peers of the demo"><table>
<thead><tr><th scope="col">Peer</th><th scope="col">State</th><th scope="col">Asked</th><th scope="col">Cut</th><th scope="col"><span class="hidden">What to do to it</span></th></tr></thead>
<tbody id="demo-peers"></tbody></table></div>
<div class="tools"><button type="button" id="add" class="small">Add a peer</button><button type="button" id="cut" class="small">Cut off the ticked</button><button type="button" id="heal" class="small">Heal</button><button type="button" id="load" class="small">Stop the load</button></div>
<p id="demo-said" class="said-line" role="status">Kill a peer, or pause one, and see what becomes of the ring.</p>
</section>`
