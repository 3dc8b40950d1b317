import type { JobPast, ReportJob } from '../report.ts';
import { countText, lengthText, numberText } from './clock.ts';
import { type Html, html } from './html.ts';
import { jobName } from './job-name.ts';

const height = 24;
/** Bars stand on this line; what went wrong is marked below it. */
const floor = 18;

/** One job's runs of the past month: a bar a day, as high as the runs were long, and a mark below each day with failures. */
export function monthRow(job: ReportJob, days: number): Html {
  const { past } = job;
  return html`<span class="row-name">${jobName(job)}<span class="row-when">${lengthsText(past)}</span></span>
<svg class="track" viewBox="0 0 ${days} ${height}" preserveAspectRatio="none" aria-hidden="true" focusable="false"><path class="ground" d="M0 ${floor}H${days}"/><path class="bars" d="${bars(past)}"/><path class="bad" d="${marks(past)}"/></svg>
<span class="row-next">${
    past.runs === 0
      ? html`<small>no runs</small>`
      : html`${numberText(past.runs)}<small>${past.failures === 0 ? 'no failures' : html`<b class="bad-text">${countText(past.failures, 'failure')}</b>`}</small>`
  }</span>
<span class="sr-only">. ${past.runs === 0 ? 'No runs in 30 days.' : `${countText(past.runs, 'run')} in 30 days, ${countText(past.failures, 'failure')}.`}</span>`;
}

function lengthsText({ medianMs, longestMs, runs, skipped }: JobPast): Html {
  if (medianMs === null && runs === 0) return html`${skipped > 0 ? `${numberText(skipped)} skipped` : 'not run yet'}`;
  if (medianMs === null) return html`never ended well`;
  return html`usually ${lengthText(medianMs)}, at most ${lengthText(longestMs ?? medianMs)}`;
}

function bars({ medianPerDay }: JobPast): string {
  const most = Math.max(...medianPerDay, 1);
  return medianPerDay
    .map((median, index) => {
      if (median === 0) return '';
      const size = Math.max(2, Math.round((median / most) * (floor - 1) * 10) / 10);
      return `M${index + 0.15} ${floor}v${-size}h.7v${size}z`;
    })
    .join('');
}

function marks({ badPerDay }: JobPast): string {
  return badPerDay.map((bad, index) => (bad === 0 ? '' : `M${index + 0.15} ${floor + 1.5}h.7v4.5h-.7z`)).join('');
}
