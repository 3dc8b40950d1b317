import type { Instant, Report } from '../report.ts';
import { clockText, secondsOf } from './clock.ts';
import { type Html, html } from './html.ts';

/** An instant by the machine's clock and, where the job goes by another, by that one below it. */
export function bothTimes(report: Report, instant: Instant, timezone: string | null): Html {
  const at = secondsOf(instant);
  return html`<time datetime="${instant}">${clockText(report.zones[report.timezone], at)}</time>${
    timezone !== null && timezone !== report.timezone && html`<small>${clockText(report.zones[timezone], at)} ${timezone}</small>`
  }`;
}
