import type { Report, ReportJob } from '../report.ts';
import { clockText, countText, lengthText, numberText, secondsOf } from './clock.ts';
import { type Html, html } from './html.ts';
import { jobName, stateBadge } from './job-name.ts';
import { runBadge, runDetail } from './run-text.ts';
import { featureList, fidelityBadge, whenText } from './tables.ts';
import { bothTimes } from './times.ts';

/** Everything that is known of one job. */
export function jobDetail(report: Report, job: ReportJob): Html {
  return html`<header><h2 id="detail-title" tabindex="-1">${jobName(job)}</h2><p>${stateBadge(job)} <span class="detail">${whenText(job)}</span></p></header>
<dl class="pairs">${pairs(report, job).map(([title, value]) => html`<div><dt>${title}</dt><dd>${value}</dd></div>`)}</dl>
<h3>Next starts</h3>${nextStarts(report, job)}
<h3>Latest runs</h3>${latestRuns(report, job)}
${job.output !== null && html`<h3>What the last run wrote</h3><pre tabindex="0" role="region" aria-label="Output of the last run"><bdi>${job.output}</bdi></pre>`}
<h3>Who does what</h3>${featureList(job)}`;
}

function pairs(report: Report, job: ReportJob): readonly (readonly [string, Html | string])[] {
  const { past, ahead, annotations, labels } = job;
  const list: (readonly [string, Html | string])[] = [
    ['Schedule', html`<code><bdi>${job.schedule}</bdi></code> ${job.timezone ?? ''}`],
    ['Backend', html`${job.backend} ${fidelityBadge(job)}`],
    [
      'Past 30 days',
      `${countText(past.runs, 'run')}, ${countText(past.failures, 'failure')}${past.skipped > 0 ? `, ${numberText(past.skipped)} skipped` : ''}`,
    ],
  ];
  if (past.medianMs !== null)
    list.push([
      'Takes',
      `${lengthText(past.medianMs)} usually, ${lengthText(past.p95Ms ?? 0)} for 95 of 100, ${lengthText(past.longestMs ?? 0)} at most`,
    ]);
  if (ahead !== null)
    list.push([
      'Week ahead',
      `${countText(ahead.starts, 'start')}${ahead.colliding > 0 ? `, ${numberText(ahead.colliding)} in a minute with another job` : ''}`,
    ]);
  for (const change of report.week.clockChanges.filter(({ timezone }) => timezone === job.timezone))
    list.push(['Clock change', clockText(report.zones[change.timezone], secondsOf(change.at)).replace(/,.*/, '')]);
  if (Object.keys(labels).length > 0)
    list.push([
      'Labels',
      html`${Object.entries(labels).map(([key, value]) => html`<span class="label"><bdi>${key}=${value}</bdi></span> `)}`,
    ]);
  for (const [name, value] of Object.entries(annotations)) list.push([name, annotation(value)]);
  return list;
}

/** An address of the web becomes a link; anything else, `javascript:` among it, stays text. */
function annotation(value: string): Html {
  if (!/^https?:\/\/[^\s]+$/i.test(value)) return html`<bdi>${value}</bdi>`;
  return html`<a href="${value}" rel="noreferrer noopener"><bdi>${value}</bdi></a>`;
}

function nextStarts(report: Report, { ahead, timezone, state }: ReportJob): Html {
  if (ahead === null) return html`<p class="empty">${state === 'paused' ? 'It is paused.' : 'It starts at an event.'}</p>`;
  if (ahead.next.length === 0) return html`<p class="empty">None in this week.</p>`;
  return html`<ol class="times wide">${ahead.next.map((at) => html`<li>${bothTimes(report, at, timezone)}</li>`)}</ol>`;
}

function latestRuns(report: Report, { past }: ReportJob): Html {
  if (past.recent.length === 0) return html`<p class="empty">No run in 30 days.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Latest runs"><table><thead><tr><th scope="col">Began</th><th scope="col">Ended</th><th scope="col" class="number">Took</th><th scope="col">Detail</th></tr></thead><tbody>${past.recent.map(
    (run) =>
      html`<tr><td data-title="Began"><time datetime="${run.startedAt}">${clockText(report.zones[report.timezone], secondsOf(run.startedAt))}</time></td><td data-title="Ended">${runBadge(run)}</td><td data-title="Took" class="number">${lengthText(run.durationMs)}</td><td data-title="Detail">${runDetail(run)}</td></tr>`,
  )}</tbody></table></div>`;
}
