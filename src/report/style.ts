import { Html } from './html.js';

/** Light and dark, narrow and printed. Without a color, the shapes still say what a day was. */
export const style = new Html(`
:root { color-scheme: light dark; --ink: #1c2430; --soft: #566072; --page: #fff; --panel: #f5f7f9; --edge: #d5dae1;
  --good: #2a7f62; --bad: #c8322b; --odd: #86409c; --calm: #8a6410; --gray: #8b94a3; --link: #1b5fae }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #a3adbc; --page: #14181e; --panel: #1c222a; --edge: #39424f;
  --good: #4fb08c; --bad: #ff776d; --odd: #cf97e2; --calm: #d9ad4e; --gray: #78828f; --link: #83b7f5 } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.5rem; max-width: 84rem; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.7rem; margin: 0 } h2 { font-size: 1.15rem; margin: 1.3rem 0 .3rem } h3 { font-size: 1rem; margin: 1rem 0 .2rem }
h2.job { font-size: 1.4rem; margin-top: 2.4rem; padding-top: .8rem; border-top: 2px solid var(--edge) }
a { color: var(--link) } p { margin: .3rem 0 } ul { margin: .3rem 0; padding-left: 1.1rem } li { margin: .25rem 0 }
dl, dd { margin: 0 }
small, .soft { color: var(--soft); font-size: .85rem }
table { border-collapse: collapse; font-size: .9rem }
th, td { padding: .15rem 1.4rem .15rem 0; text-align: left; vertical-align: top; font-weight: normal }
thead th { color: var(--soft); font-size: .85rem } thead th, td { overflow-wrap: normal } tbody th { min-width: 9rem } tbody tr { border-top: 1px solid var(--edge) }
code { font-size: .8rem; overflow-wrap: anywhere }
.chip { display: inline-block; padding: 0 .5em; border: 1px solid currentColor; border-radius: .8em; font-size: .82rem;
  font-weight: 600; color: var(--soft); white-space: nowrap }
.red { color: var(--bad) } .magenta { color: var(--odd) } .yellow { color: var(--calm) } .green { color: var(--good) }

.facts { display: flex; flex-wrap: wrap; gap: .6rem 2.2rem; margin: 1rem 0 } .facts dt { color: var(--soft); font-size: .85rem }
.facts dd { font-weight: 600 }
.attention { margin: .8rem 0; padding: .1rem 1rem .5rem; background: var(--panel); border-left: 4px solid var(--edge) }
.attention:has(li) { border-color: var(--bad) } .attention h2 { margin-top: .6rem }
.attention ul { padding: 0 } .attention li { list-style: none }

svg { display: block; overflow: visible } .shared { position: absolute; width: 0; height: 0 }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; padding: 0; font-size: .85rem; color: var(--soft) }
.legend li { list-style: none; display: flex; align-items: center; gap: .4rem; margin: 0 }
.legend { --days: 1 } .key > use:not([href="#line"]) { transform: translateY(12px) } .key { width: 18px; height: 24px; margin-top: -6px } .axis { height: 15px; width: 100% } .days { height: 30px; width: 100% }
.axis, .days { max-width: calc(var(--days) * 45px) }
.axis text, #axis text { font-size: 10.5px; fill: var(--soft) }
#grid line { stroke: var(--edge) } #line { stroke: var(--gray) }
rect:not([width]) { width: calc(100% / var(--days)) }
.fresh rect { y: 9px; height: 9px; fill: var(--good) }
.new rect { y: 9.5px; height: 8px; fill: none; stroke: var(--good); stroke-width: 1.2 }
.paused rect { y: 13px; height: 5px; fill: url(#dots) } #dots rect { fill: var(--calm) }
.short rect { y: 19px; height: 3px; fill: var(--bad) }
.stale rect { y: 19px; height: 8px; fill: var(--bad) }
.none rect { y: 19.6px; height: 7px; fill: var(--page); stroke: var(--bad); stroke-width: 1.4 }
.unknown rect { y: 12px; height: 12px; fill: url(#hatch) } #hatch rect { fill: var(--odd) }
.left-out rect { y: 17.5px; height: 2px; fill: var(--gray) }
.a-report rect { y: 10px; height: 8px; fill: var(--gray) } .a-check-failed rect { y: 19px; height: 8px; fill: var(--bad) }
.a-backup line { stroke: var(--ink); stroke-width: 4.5; stroke-linecap: round; stroke-dasharray: 0 1 } .long .a-backup line { stroke-width: 2 }
#failed path { stroke: var(--bad); stroke-width: 2; fill: none }
#restored circle { stroke: var(--link); stroke-width: 2; fill: none }

.project { border-top: 1px solid var(--edge) } .project:last-of-type { border-bottom: 1px solid var(--edge) }
.project > summary { cursor: pointer; color: var(--soft); font-size: .85rem; line-height: 1.6 }
.project > summary h3 { display: inline; margin: 0 .5rem 0 0; font-size: .95rem; color: var(--ink) }
.row > summary, .head { display: grid; grid-template-columns: minmax(0, 15rem) 10.5rem minmax(0, 1fr); gap: 0 .8rem;
  align-items: center; padding: .1rem .4rem; list-style: none }
.top { position: sticky; top: 0; z-index: 1; background: var(--page) } .row [id], .project > [id] { scroll-margin-top: 6rem }
.row > summary { cursor: pointer } .row > summary::-webkit-details-marker { display: none }
.row > summary:hover, .row[open] > summary { background: var(--panel) } .row:has(> :target) > summary { outline: 2px solid var(--link) }
.name::before { content: "▸ "; color: var(--soft) } .row[open] .name::before { content: "▾ " }
.name small { white-space: nowrap } .chips .chip { white-space: normal }
.lines { padding: .4rem .4rem .5rem 1.4rem; background: var(--panel); font-size: .88rem; column-gap: 2rem }
.lines div { display: grid; grid-template-columns: 13.5rem minmax(0, 1fr); gap: 0 1rem; break-inside: avoid }
.lines dt { color: var(--soft) } .lines dd { grid-column: 2 }
.limits { font-size: .88rem; line-height: 1.4; column-gap: 2rem }
@media (min-width: 70rem) { .row .lines, .limits { columns: 2 } }

@media (max-width: 40rem) { body { padding: .8rem } thead { display: none }
  th, td { display: block; padding-right: 0; overflow-wrap: anywhere } .chip { white-space: normal } td::before { content: attr(data-head) ": "; color: var(--soft) } tr { display: block; padding: .3rem 0 }
  .row > summary, .head { grid-template-columns: minmax(0, 1fr) auto; padding: .3rem 0 } .top, .days { grid-column: 1 / -1 }
  .top > span { display: none } .axis { grid-column: 1 / -1 }
  .lines { padding-left: .4rem } .lines div { display: block } .lines dd { margin: 0 0 .3rem .8rem } }
@media print { @page { size: A4 landscape; margin: 10mm }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact }
  :root { font-size: 9.5px; --panel: #fff } body { padding: 0; max-width: none; font-size: 1rem }
  details::details-content { display: block; content-visibility: visible; block-size: auto }
  summary::marker, .name::before, .row[open] .name::before { content: "" } .top { position: static }
  .row .lines { columns: 3; padding: 0 .4rem .6rem; font-size: .85rem } .lines div { grid-template-columns: 9rem minmax(0, 1fr) }
  .row > summary, .project > summary, h2, section > p, .head { break-after: avoid } .row, li, tr { break-inside: avoid } }
`);
