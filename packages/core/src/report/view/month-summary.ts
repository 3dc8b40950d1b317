import type { Report } from '../report.ts';
import { countText, dayText, numberText } from './clock.ts';
import { type Html, html } from './html.ts';

const height = 40;

/** Above the jobs' own bars: the runs of all of them, day by day, and how they ended. */
export function monthAxis({ month }: Report): Html {
  const totals = month.days.map((_, index) => (month.okPerDay[index] ?? 0) + (month.badPerDay[index] ?? 0));
  const most = Math.max(...totals, 1);
  const bar = (index: number, from: number, size: number): string =>
    size === 0
      ? ''
      : `M${index + 0.1} ${scaled(height - (from / most) * height)}v${-scaled((size / most) * height)}h.8V${scaled(height - (from / most) * height)}z`;
  const good = month.days.map((_, index) => bar(index, month.badPerDay[index] ?? 0, month.okPerDay[index] ?? 0)).join('');
  const bad = month.days.map((_, index) => bar(index, 0, month.badPerDay[index] ?? 0)).join('');
  const first = month.days[0] ?? '';
  const last = month.days.at(-1) ?? '';
  return html`<span class="axis-title">${month.runs > 0 && `${countText(most, 'run')} a day at most`}</span>
<span class="axis-tracks"><svg class="load tall" viewBox="0 0 ${month.days.length} ${height}" preserveAspectRatio="none" role="img" aria-label="Runs per day. ${inWords(month)}"><path class="load-all" d="${good}"/><path class="load-bad" d="${bad}"/></svg><span class="ends"><span>${dayText(first)}</span><span>today, ${dayText(last)}</span></span></span>
<span class="axis-next">Runs</span>`;
}

function inWords({ byStatus, runs }: Report['month']): string {
  const others = Object.entries(byStatus).filter(([status, count]) => status !== 'success' && count > 0);
  return `${countText(runs, 'run')} in 30 days: ${numberText(byStatus.success)} ended well${others.map(([status, count]) => `, ${numberText(count)} ${status}`).join('')}.`;
}

function scaled(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The same in a row of figures. */
export function monthFigures({ month }: Report): Html {
  const figures = Object.entries(month.byStatus).filter(
    ([status, count]) => count > 0 || status === 'success' || status === 'failure',
  );
  // A mark of alarm only for what is there.
  const state = (status: string, count: number): string => (count > 0 ? status : 'none');
  return html`<ul class="figures">${figures.map(([status, count]) => html`<li><span class="state" data-state="${state(status, count)}">${status}</span> ${numberText(count)}</li>`)}</ul>`;
}
