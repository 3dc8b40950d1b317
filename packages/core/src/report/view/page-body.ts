import type { Report } from '../report.ts';
import { attentionList } from './attention-list.ts';
import { bundleTable } from './bundle-table.ts';
import { numberText } from './clock.ts';
import { type Html, html } from './html.ts';
import { masthead } from './masthead.ts';
import { monthRow } from './month-row.ts';
import { monthAxis, monthFigures } from './month-summary.ts';
import { pluginSections } from './plugin-sections.ts';
import { initialSelection, selectJobs } from './select-jobs.ts';
import { failureTable, jobTableRow, rowsOfPage, weekTableRow } from './tables.ts';
import { weekRow } from './week-row.ts';
import { weekScale } from './week-scale.ts';
import { weekAxis, weekNotes } from './week-summary.ts';

/** What can change while a page is open, by the name of its place (`data-part`). */
export const parts: Readonly<Record<string, (report: Report) => Html>> = {
  masthead,
  attention: attentionList,
  'week-axis': (report) => weekAxis(report, weekScale(report)),
  'week-notes': weekNotes,
  'month-axis': monthAxis,
  'month-figures': monthFigures,
  failures: failureTable,
  bundles: bundleTable,
  sections: pluginSections,
};

/** How many rows of a list stand in the page before its script has run; without a script they are all there is. */
const firstRows = 25;

/** The whole body of the page. Pure. */
export function pageBody(report: Report): Html {
  const scale = weekScale(report);
  const jobs = selectJobs(report.jobs, initialSelection);
  const first = jobs.slice(0, firstRows);
  const many = jobs.length > firstRows;
  const part = (name: string): Html => html`<div data-part="${name}">${parts[name]?.(report)}</div>`;
  const list = (name: string, rows: readonly Html[]): Html =>
    html`<ul class="rows" data-list="${name}">${rows.map(
      (row, index) =>
        html`<li><button type="button" class="row" data-job="${first[index]?.tenant}/${first[index]?.name}" aria-haspopup="dialog">${row}</button></li>`,
    )}</ul>`;
  return html`<a class="skip" href="#week">Skip to the week ahead</a>
<header class="masthead">${part('masthead')}<p class="live" role="status" hidden></p></header>
<nav aria-label="Sections"><a href="#week">Week</a><a href="#month">Month</a><a href="#jobs">Jobs</a><a href="#bundles">Bundles</a><a href="#plugins">Plugins</a></nav>
<main>
<section id="attention" aria-labelledby="attention-title"><h2 id="attention-title">To look at</h2>${part('attention')}</section>
${controls(report)}
<section id="week" aria-labelledby="week-title"><h2 id="week-title">The week ahead</h2><p class="lede">Each stroke is an hour with starts, the longer the more. One that is <span class="key collisions">orange with a foot</span> shares a minute with another job; a <span class="key clock">tinted day</span> is one on which the clock of the job's zone changes.</p>
<div class="chart"><div class="axis-row" data-part="week-axis">${parts['week-axis']?.(report)}</div>${list(
    'week',
    first.map((job) => weekRow(report, job, scale)),
  )}</div>
<p class="empty" data-none hidden>No job matches. <button type="button" class="plain" data-clear>Show all</button></p>
<details class="more" data-table="week"><summary>The week as a table</summary>${table(
    'week',
    'Starts in the week ahead',
    ['Job', 'Schedule', 'Starts', 'In a shared minute', 'Next starts'],
    first.map((job) => weekTableRow(report, job)),
  )}</details>
${part('week-notes')}</section>
<section id="month" aria-labelledby="month-title"><h2 id="month-title">The past 30 days</h2><p class="lede">A bar for each day, as high as the runs were long; a <span class="key bad">red mark below the line</span> is a day with failures.</p>
${part('month-figures')}<div class="chart"><div class="axis-row" data-part="month-axis">${parts['month-axis']?.(report)}</div>${list(
    'month',
    first.map((job) => monthRow(job, report.month.days.length)),
  )}</div>
<h3>Failures</h3>${part('failures')}</section>
<section id="jobs" aria-labelledby="jobs-title"><h2 id="jobs-title">Jobs</h2><p class="lede"><em>Exact</em>: the scheduler starts the job at the declared times. <em>Gated</em>: it starts more often, and the runner lets only the declared times pass.</p>
<div data-table="jobs">${table(
    'jobs',
    'Installed jobs',
    ['Job', 'State', 'Runs', 'Next start', 'Fidelity', 'Features'],
    first.map((job) => jobTableRow(report, job)),
  )}</div></section>
<section id="bundles" aria-labelledby="bundles-title"><h2 id="bundles-title">State bundles</h2>${part('bundles')}</section>
<section id="plugins" aria-labelledby="plugins-title"><h2 id="plugins-title">Nix, dotfiles and other plugins</h2>${part('sections')}</section>
</main>
<footer><p>Made by <code>rota report</code>. This page loads nothing from anywhere.</p>${many && html`<noscript><p>Without scripts the lists show the first ${firstRows} of ${numberText(jobs.length)} jobs.</p></noscript>`}</footer>
<dialog aria-labelledby="detail-title"><form method="dialog"><button class="close" aria-label="Close">Close</button></form><div class="dialog-body"></div></dialog>`;
}

function controls({ jobs }: Report): Html {
  const option = (value: string, text: string): Html => html`<option value="${value}">${text}</option>`;
  return html`<search class="controls" hidden aria-label="Jobs"><label>Find <input type="search" name="text" placeholder="name, label or schedule" autocomplete="off" spellcheck="false"></label>
<label>Show <select name="only">${option('all', 'all jobs')}${option('troubled', 'with failures')}${option('colliding', 'that collide')}${option('gated', 'gated')}</select></label>
<label>Order <select name="order">${option('next', 'next start')}${option('name', 'name')}${option('failures', 'most failures')}${option('length', 'longest run')}</select></label>
<output class="count" aria-live="polite">${numberText(jobs.length)} jobs</output></search>`;
}

function table(name: string, caption: string, columns: readonly string[], rows: readonly Html[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption class="sr-only">${caption}</caption><thead><tr>${columns.map(
    (column) => html`<th scope="col"${/^(Starts|In a)/.test(column) && html` class="number"`}>${column}</th>`,
  )}</tr></thead><tbody data-rows="${name}">${rows.slice(0, rowsOfPage)}</tbody></table></div><div class="pages" data-pages="${name}" hidden></div>`;
}
