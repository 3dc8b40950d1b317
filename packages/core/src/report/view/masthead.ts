import type { Report, ReportJob } from '../report.ts';
import { clockText, countText, numberText, relativeText, secondsOf, wallClock } from './clock.ts';
import { type Html, html } from './html.ts';
import { jobName } from './job-name.ts';
import { runBadge } from './run-text.ts';
import { isTroubled } from './select-jobs.ts';
import { shiftText } from './week-scale.ts';

/** The head of the page: whose it is, of when, and how things stand. */
export function masthead(report: Report): Html {
  const labels = Object.entries(report.labels);
  return html`<p class="eyebrow">Rota <span>·</span> namespace <bdi>${report.namespace}</bdi>${labels.map(
    ([key, value]) => html` <span class="label"><bdi>${key}=${value}</bdi></span>`,
  )}</p>
<h1><bdi>${report.host}</bdi></h1>
<p class="verdict" data-state="${verdictState(report)}">${verdict(report)}</p>
<p class="asof">As of <time datetime="${report.generatedAt}">${clockText(report.zones[report.timezone], secondsOf(report.generatedAt))}</time>. Times are those of ${report.timezone}, the zone of this machine, unless another is named.</p>
<dl class="tiles">${tiles(report).map(
    ({ title, value, note }) =>
      html`<div><dt>${title}</dt><dd><span class="value">${value}</span><span class="note">${note}</span></dd></div>`,
  )}</dl>`;
}

function verdictState({ jobs, attention }: Report): string {
  if (jobs.some(isTroubled) || attention.some(({ severity }) => severity === 'error')) return 'bad';
  if (attention.length > 0) return 'warn';
  return jobs.length === 0 ? 'none' : 'good';
}

function verdict({ jobs, attention }: Report): Html | string {
  const troubled = jobs.filter(isTroubled).length;
  if (jobs.length === 0) return html`No jobs are installed here; <code>rota apply</code> installs what is declared.`;
  if (troubled > 0)
    return `${numberText(troubled)} of ${countText(jobs.length, 'job')} ${troubled === 1 ? 'needs' : 'need'} you.`;
  const well = jobs.length === 1 ? 'The one job is well' : `All ${numberText(jobs.length)} jobs are well`;
  return attention.length === 0 ? `${well}.` : `${well}; ${countText(attention.length, 'thing')} to look at.`;
}

interface Tile {
  readonly title: string;
  readonly value: Html | string;
  readonly note: Html | string;
}

function tiles(report: Report): readonly Tile[] {
  return [nextTile(report), weekTile(report), monthTile(report), clockTile(report)];
}

function nextTile({ jobs, generatedAt, zones, timezone }: Report): Tile {
  const title = 'Next start';
  const [first] = jobs
    .filter(({ nextRun, state }) => nextRun !== null && state !== 'paused')
    .sort((a, b) => ((a.nextRun ?? '') < (b.nextRun ?? '') ? -1 : 1));
  if (first === undefined || first.nextRun === null) return { title, value: 'None', note: 'No job starts by a schedule.' };
  const at = secondsOf(first.nextRun);
  return {
    title,
    value: relativeText(at - secondsOf(generatedAt)),
    note: html`${jobName(first)}, ${clockText(zones[timezone], at)}`,
  };
}

function weekTile({ week }: Report): Tile {
  const note =
    week.collidingMinutes === 0
      ? 'No two in the same minute.'
      : `${countText(week.collidingMinutes, 'minute')} with more than one.`;
  return { title: 'Week ahead', value: countText(week.starts, 'start'), note };
}

function monthTile(report: Report): Tile {
  const { month } = report;
  const title = 'Past 30 days';
  const bad = month.byStatus.failure + month.byStatus.timeout + month.byStatus.interrupted;
  if (month.runs === 0) return { title, value: 'No runs', note: 'The first will show here.' };
  const share = ((month.runs - bad) / month.runs) * 100;
  const shown = bad > 0 && share > 99.9 ? '>99.9' : share.toFixed(share === 100 ? 0 : 1);
  return {
    title,
    value: `${shown} % well`,
    note: html`${countText(month.runs, 'run')}, ${bad === 0 ? 'no failures' : countText(bad, 'failure')}.${latestText(report)}`,
  };
}

/** Which job ran last, and how that ended. */
function latestText({ jobs, generatedAt }: Report): Html | false {
  const began = ({ lastRun }: ReportJob): string => lastRun?.startedAt ?? '';
  const [latest] = [...jobs].sort((a, b) => (began(a) < began(b) ? 1 : -1));
  const run = latest?.lastRun ?? null;
  if (latest === undefined || run === null) return false;
  return html`<span class="latest">Last: ${jobName(latest)}, ${relativeText(secondsOf(run.startedAt) - secondsOf(generatedAt))}, ${runBadge(run)}</span>`;
}

function clockTile({ week, zones }: Report): Tile {
  const title = 'Clock changes';
  const [first, ...others] = week.clockChanges;
  if (first === undefined) return { title, value: 'None', note: 'No clock changes this week.' };
  const more = others.length === 0 ? '' : ` and ${countText(others.length, 'more', 'more')}`;
  const { weekday, day, month } = wallClock(zones[first.timezone], secondsOf(first.at) - 1);
  return {
    title,
    value: `${weekday} ${day} ${month}`,
    note: `${first.timezone}, ${shiftText(first)}${more}.`,
  };
}
