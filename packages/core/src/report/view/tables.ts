import type { Report, ReportJob } from '../report.ts';
import { clockText, countText, lengthText, numberText, secondsOf } from './clock.ts';
import { type Html, html } from './html.ts';
import { jobName, stateBadge } from './job-name.ts';
import { runBadge, runDetail } from './run-text.ts';
import { bothTimes } from './times.ts';

/** How many rows a table shows at once. */
export const rowsOfPage = 25;

/** The week in rows and columns: the same as the timeline, for who reads or hears instead of looks. */
export function weekTableRow(report: Report, job: ReportJob): Html {
  const { ahead } = job;
  return html`<tr><th scope="row">${jobName(job)}</th><td data-title="Schedule"><bdi>${job.schedule}</bdi><small>${job.timezone ?? ''}</small></td><td data-title="Starts" class="number">${
    ahead === null ? '–' : numberText(ahead.starts)
  }</td><td data-title="In a shared minute" class="number">${ahead === null ? '–' : numberText(ahead.colliding)}</td><td data-title="Next starts">${
    ahead === null || ahead.next.length === 0
      ? html`<span class="detail">${ahead === null ? (job.state === 'paused' ? 'paused' : 'at its event') : 'none this week'}</span>`
      : html`<ol class="times">${ahead.next.slice(0, 3).map((at) => html`<li>${bothTimes(report, at, job.timezone)}</li>`)}</ol>`
  }</td></tr>`;
}

/** When a job runs, in words. */
export function whenText({ description, schedule }: ReportJob): string {
  if (description !== null) return description;
  return schedule.startsWith('after ') ? `when ${schedule.slice('after '.length)} has ended well` : `at ${schedule}`;
}

/** What each job is: when, on what, how faithfully, and who does which feature. */
export function jobTableRow(report: Report, job: ReportJob): Html {
  return html`<tr><th scope="row"><button type="button" class="plain" data-job="${job.tenant}/${job.name}" aria-haspopup="dialog">${jobName(job)}</button>${Object.entries(
    job.labels,
  ).map(
    ([key, value]) => html` <span class="label"><bdi>${key}=${value}</bdi></span>`,
  )}</th><td data-title="State">${stateBadge(job)}</td><td data-title="Runs">${whenText(
    job,
  )}${job.timezone !== null && html`<small><code>${job.schedule}</code> ${job.timezone}</small>`}</td><td data-title="Next start">${
    job.nextRun === null ? html`<span class="detail">–</span>` : bothTimes(report, job.nextRun, job.timezone)
  }</td><td data-title="Fidelity">${fidelityBadge(job)}<small>${job.backend}</small></td><td data-title="Features">${featureList(job)}</td></tr>`;
}

/** How the scheduler keeps to the declared times. */
export function fidelityBadge({ fidelity }: ReportJob): Html {
  if (fidelity === null) return html`<span class="detail">event</span>`;
  return html`<span class="fidelity" data-fidelity="${fidelity}">${fidelity}</span>`;
}

const doers = [
  ['native', 'scheduler'],
  ['runner', 'runner'],
  ['refused', 'goes without'],
] as const;

/** Who does what of a job. */
export function featureList({ features }: ReportJob): Html {
  const groups = doers.map(([decision, title]) => ({
    decision,
    title,
    names: Object.keys(features).filter((name) => features[name] === decision),
  }));
  return html`<dl class="features">${groups
    .filter(({ names }) => names.length > 0)
    .map(
      ({ decision, title, names }) => html`<div data-decision="${decision}"><dt>${title}</dt><dd>${names.join(', ')}</dd></div>`,
    )}</dl>`;
}

/** The runs that did not end well, the latest first. */
export function failureTable({ month, zones, timezone }: Report): Html {
  if (month.failures.length === 0)
    return html`<p class="empty">${month.runs === 0 ? 'No job has run yet.' : 'No run has failed in 30 days.'}</p>`;
  const rows = month.failures.map(
    (run) =>
      html`<tr><td data-title="Began"><time datetime="${run.startedAt}">${clockText(zones[timezone], secondsOf(run.startedAt))}</time></td><th scope="row">${jobName(run)}</th><td data-title="Ended">${runBadge(run)}</td><td data-title="Took" class="number">${lengthText(run.durationMs)}</td><td data-title="Detail">${runDetail(run)}</td></tr>`,
  );
  const head = html`<thead><tr><th scope="col">Began</th><th scope="col">Job</th><th scope="col">Ended</th><th scope="col" class="number">Took</th><th scope="col">Detail</th></tr></thead>`;
  const rest = rows.slice(10);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Latest failures"><table><caption class="sr-only">Latest failures</caption>${head}<tbody>${rows.slice(0, 10)}</tbody></table></div>${
    rest.length > 0 &&
    html`<details class="more" data-keep="failures"><summary>${countText(rest.length, 'older failure')}</summary><div class="scroll" tabindex="0" role="region" aria-label="Older failures"><table><caption class="sr-only">Older failures</caption>${head}<tbody>${rest}</tbody></table></div></details>`
  }`;
}
