import type { Report, ReportBundle } from '../report.ts';
import { clockText, countText, numberText, relativeText, secondsOf, sizeText } from './clock.ts';
import { type Html, html } from './html.ts';
import { jobName } from './job-name.ts';

const levels = ['file', 'members', 'unpacked', 'databases', 'drill'];

/** The state bundles, each with when it was last proven. */
export function bundleTable(report: Report): Html {
  if (report.bundles.length === 0)
    return html`<p class="empty">No job declares state, and there are no bundles. <code>spec.state</code> declares what a job leaves behind.</p>`;
  const rows = report.bundles.map((bundle) => row(report, bundle));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Bundles of each job"><table><caption class="sr-only">State bundles</caption><thead><tr><th scope="col">Job</th><th scope="col">Newest</th><th scope="col">Last verified</th><th scope="col" class="number">Size</th><th scope="col" class="number">Kept</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function row(report: Report, { latest, verified, count, place, problem, ...job }: ReportBundle): Html {
  const now = secondsOf(report.generatedAt);
  const when = (instant: string): Html =>
    html`<time datetime="${instant}">${clockText(report.zones[report.timezone], secondsOf(instant))}</time><small>${relativeText(secondsOf(instant) - now)}</small>`;
  if (problem !== undefined) return html`<tr><th scope="row">${jobName(job)}</th><td colspan="4"><bdi>${problem}</bdi></td></tr>`;
  return html`<tr><th scope="row">${jobName(job)}<small><bdi>${place}</bdi></small></th><td data-title="Newest">${
    latest === null
      ? html`<span class="state" data-state="missing">never captured</span>`
      : html`${when(latest.createdAt)}${latest.outcome === 'partial' && html`<span class="state" data-state="drifted">partial</span>`}`
  }</td><td data-title="Last verified">${
    verified === null
      ? html`<span class="state" data-state="drifted">never</span>`
      : html`${when(verified.at)}<small>level ${verified.level}, ${levels[verified.level] ?? ''}${verified.id !== latest?.id && ', of an older bundle'}</small>`
  }</td><td data-title="Size" class="number">${latest === null ? '–' : html`${sizeText(latest.size)}<small>${latest.encrypted ? 'encrypted' : 'not encrypted'}</small>`}</td><td data-title="Kept" class="number"><span title="${countText(count, 'bundle')}">${numberText(count)}</span></td></tr>`;
}
