import type { Report, ReportJob } from '../report.ts';
import { clockText, countText, secondsOf, wallClock } from './clock.ts';
import { type Html, html } from './html.ts';
import { jobName, stateBadge } from './job-name.ts';
import type { WeekScale } from './week-scale.ts';

/** Of a row's drawing, and so the unit of all that is in it: about a pixel. */
const height = 44;

/** One job on the timeline: what stands in its row. The drawing is for the eye; the same is told in words beside it. */
export function weekRow(report: Report, job: ReportJob, scale: WeekScale): Html {
  const { ahead } = job;
  const changes = scale.changes.filter(({ timezone }) => timezone === job.timezone);
  return html`<span class="row-name">${jobName(job)}<span class="row-when"><code>${job.schedule}</code>${
    job.timezone !== null && job.timezone !== report.timezone && html` · ${job.timezone}`
  }</span></span>
<svg class="track" viewBox="0 0 ${scale.hours} ${height}" preserveAspectRatio="none" aria-hidden="true" focusable="false">${backdrop(scale, changes)}${
    ahead !== null &&
    html`<path class="starts" d="${ticks(ahead.startsPerHour, (index) => (ahead.collidingPerHour[index] ?? 0) === 0)}"/><path class="collisions" d="${ticks(ahead.startsPerHour, (index) => (ahead.collidingPerHour[index] ?? 0) > 0)}${feet(ahead.collidingPerHour)}"/>`
  }</svg>
<span class="row-next">${nextText(report, job)}</span>
<span class="sr-only">. ${summary(job, changes.length > 0)}</span>`;
}

/** Midnights of the machine, and the days on which a clock changes: drawn alike in every row, so that they run through. */
export function backdrop(scale: WeekScale, changes: WeekScale['changes']): Html {
  const midnights = scale.days.filter(({ from }) => from > 0).map(({ from }) => `M${round(from)} 0V${height}`);
  return html`${changes.map(
    ({ from, to }) => html`<rect class="clock-change" x="${round(from)}" y="0" width="${round(to - from)}" height="${height}"/>`,
  )}<path class="midnights" d="${midnights.join('')}"/>`;
}

/** A stroke for each hour with starts, the longer the more there are. */
function ticks(perHour: readonly number[], isMeant: (index: number) => boolean): string {
  let path = '';
  for (const [index, starts] of perHour.entries()) {
    if (starts === 0 || !isMeant(index)) continue;
    const length = Math.min(26, 14 + 2 * Math.log2(starts));
    path += `M${index + 0.5} ${round((height - length) / 2)}v${round(length)}`;
  }
  return path;
}

/** Below each stroke that shares a minute, so that it is told apart without colour. */
function feet(collidingPerHour: readonly number[]): string {
  return collidingPerHour.map((colliding, index) => (colliding === 0 ? '' : `M${round(index - 0.2)} ${height - 7}h1.4`)).join('');
}

/** When it starts next, by the machine's clock and, where that is another, by its own. */
function nextText(report: Report, job: ReportJob): Html {
  if (job.state !== 'waiting' && job.state !== 'running') {
    if (job.nextRun === null || job.state === 'failed' || job.state === 'drifted' || job.state === 'missing')
      return html`${stateBadge(job)}${job.nextRun !== null && html` <small>${shortClock(report, report.timezone, job.nextRun)}</small>`}`;
  }
  if (job.nextRun === null) return html`<small>at its event</small>`;
  const own = job.timezone !== null && job.timezone !== report.timezone;
  return html`${shortClock(report, report.timezone, job.nextRun)}${
    own && html`<small>${shortClock(report, job.timezone ?? '', job.nextRun)} there</small>`
  }`;
}

function shortClock(report: Report, timezone: string, instant: string): string {
  const at = secondsOf(instant);
  const zone = report.zones[timezone];
  const { weekday, time } = wallClock(zone, at);
  return at < secondsOf(report.week.to) ? `${weekday} ${time}` : clockText(zone, at);
}

function summary({ ahead, state }: ReportJob, clockChanges: boolean): string {
  if (state === 'paused') return 'Paused: no starts.';
  if (ahead === null) return 'Starts at an event.';
  const collisions = ahead.colliding === 0 ? 'none share their minute' : `${ahead.colliding} share their minute with another job`;
  return `${countText(ahead.starts, 'start')} this week, ${collisions}.${clockChanges ? ' The clock of its zone changes this week.' : ''}`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
