import type { JobKey } from '../../job/job.ts';
import type { Report, ReportClockChange, ReportCollision } from '../report.ts';
import { clockText, countText, lengthText, numberText, secondsOf, wallClock } from './clock.ts';
import { type Html, html } from './html.ts';
import { jobName } from './job-name.ts';
import { backdrop } from './week-row.ts';
import { shiftText, type WeekScale } from './week-scale.ts';

/** Above the timeline: the names of the days, the days on which a clock changes, and how many starts each hour has. */
export function weekAxis(report: Report, scale: WeekScale): Html {
  const percent = (hours: number): string => `${((hours / scale.hours) * 100).toFixed(2)}%`;
  const labels = scale.days
    .filter(({ from, to }) => to - from > 9)
    .map(({ from, to, label }) => {
      // The last day may be narrower than its name, which then stands at the edge; a phone has no room for that.
      const last = scale.hours - from < 25;
      const place = last ? { x: '100%', dx: '-1', anchor: 'end' } : { x: percent(from), dx: '4', anchor: 'start' };
      return html`<text class="${to - from < (last ? 23.9 : 21) ? 'part' : 'day'}" x="${place.x}" dx="${place.dx}" text-anchor="${place.anchor}" y="14">${label}</text>`;
    });
  const changes = scale.changes
    .filter(({ to, from }, index, all) => to > from && all.findIndex((other) => other.from === from) === index)
    .map(
      ({ from, to, label }) =>
        html`<rect class="clock-change" x="${percent(from)}" y="0" width="${percent(to - from)}" height="34"/><text class="clock-text" x="${percent(from)}" dx="4" y="28">clock ${label}</text>`,
    );
  const most = Math.max(...report.week.startsPerHour, 1);
  return html`<span class="axis-title">${report.week.starts > 0 && `${countText(most, 'start')} an hour at most`}</span>
<span class="axis-tracks"><svg class="axis" height="34" width="100%" aria-hidden="true" focusable="false">${changes}${labels}</svg>
<svg class="load" viewBox="0 0 ${scale.hours} 44" preserveAspectRatio="none" aria-hidden="true" focusable="false">${backdrop(scale, scale.changes)}<path class="load-all" d="${columns(report.week.startsPerHour, most)}"/><path class="load-colliding" d="${columns(report.week.collidingPerHour, most)}"/></svg></span>
<span class="axis-next">Next start</span>`;
}

function columns(perHour: readonly number[], most: number): string {
  return perHour
    .map((starts, index) => {
      if (starts === 0) return '';
      const size = Math.max(3, Math.round((starts / most) * 430) / 10);
      return `M${index + 0.1} 44v${-size}h.8v${size}z`;
    })
    .join('');
}

/** Below the timeline, in words: which jobs collide, what the clock changes do, which runs outlast their gap. */
export function weekNotes(report: Report): Html {
  const { collisions, clockChanges, overruns } = report.week;
  return html`<div class="notes"><section><h3>Collisions</h3>${
    collisions.length === 0
      ? html`<p class="empty">No two jobs start in the same minute.</p>`
      : html`<ul class="facts">${collisions.slice(0, 6).map((one) => collisionItem(report, one))}</ul>${
          collisions.length > 6 &&
          html`<details class="more" data-keep="collisions"><summary>${countText(collisions.length - 6, 'more', 'more')}</summary><ul class="facts">${collisions.slice(6).map((one) => collisionItem(report, one))}</ul></details>`
        }`
  }</section><section><h3>Clock changes</h3>${
    clockChanges.length === 0
      ? html`<p class="empty">No clock changes in this week.</p>`
      : html`<ul class="facts">${clockChanges.map((change) => changeItem(change))}</ul>`
  }</section>${
    overruns.length > 0 &&
    html`<section><h3>Longer than their gap</h3><ul class="facts">${overruns
      .slice(0, 20)
      .map(
        (overrun) =>
          html`<li>${jobName(overrun)} usually takes ${lengthText(overrun.usualSeconds * 1000)}, longer than until its next start, ${countText(overrun.times, 'time')}.</li>`,
      )}</ul></section>`
  }</div>`;
}

function collisionItem(report: Report, { jobs, jobCount, times, first }: ReportCollision): Html {
  return html`<li>${names(jobs, jobCount)} <span class="detail">${countText(times, 'time')}, first ${clockText(report.zones[report.timezone], secondsOf(first))}</span></li>`;
}

function changeItem(change: ReportClockChange): Html {
  const touched = change.jobs.map(
    ({ starts, usualStarts, atTheJump, ...job }) =>
      html`<li>${jobName(job)} <span class="detail">${
        starts === usualStarts
          ? 'starts at the jump instead of the time that is lost'
          : `${countText(starts, 'start')} that day instead of ${numberText(usualStarts)}`
      }${atTheJump && starts !== usualStarts && ', one of them at the jump'}</span></li>`,
  );
  return html`<li><strong>${change.timezone}</strong> ${shiftText(change)} <span class="detail">${changeText(change)}</span>${
    touched.length === 0 ? html`<div class="detail">No job is touched.</div>` : html`<ul>${touched}</ul>`
  }</li>`;
}

/** `Sun 25 Oct: 03:00 becomes 02:00`, by the clock that changes. */
function changeText({ at, offsetBefore, offsetAfter }: ReportClockChange): string {
  const reading = (seconds: number) => wallClock({ offsets: [{ from: at, seconds }] }, secondsOf(at));
  const { weekday, day, month, time } = reading(offsetBefore);
  return `${weekday} ${day} ${month}: ${time} becomes ${reading(offsetAfter).time}`;
}

function names(jobs: readonly JobKey[], count: number): Html {
  const shown = jobs.slice(0, 4);
  const rest = count - shown.length;
  return html`${shown.map((job, index) => html`${index > 0 && ', '}${jobName(job)}`)}${rest > 0 && ` and ${numberText(rest)} more`}`;
}
