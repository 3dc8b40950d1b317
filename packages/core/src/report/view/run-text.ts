import type { ReportRun } from '../report.ts';
import { type Html, html } from './html.ts';

/** How a run ended, in a word with a mark. */
export function runBadge({ status }: Pick<ReportRun, 'status'>): Html {
  return html`<span class="state" data-state="${status}">${status}</span>`;
}

/** Exit status, signal, tries and reason, as far as there is something to say. */
export function runDetail({ exitCode, signal, attempts, reason }: ReportRun): Html {
  const parts = [
    exitCode === null || exitCode === 0 ? '' : `exit ${exitCode}`,
    signal === null ? '' : `signal ${signal}`,
    attempts > 1 ? `${attempts} attempts` : '',
    reason ?? '',
  ].filter((part) => part !== '');
  return html`<bdi>${parts.join(', ')}</bdi>`;
}
