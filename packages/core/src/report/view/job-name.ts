import type { JobKey } from '../../job/job.ts';
import type { ReportJob } from '../report.ts';
import { type Html, html } from './html.ts';

/** `tenant/name`, each part kept to its own direction of writing. */
export function jobName({ tenant, name }: JobKey): Html {
  return html`<span class="job"><bdi class="tenant">${tenant}</bdi><span class="slash">/</span><bdi>${name}</bdi></span>`;
}

/** The state in a word, with a mark that does not rest on colour. */
export function stateBadge({ state }: Pick<ReportJob, 'state'>): Html {
  return html`<span class="state" data-state="${state}">${state}</span>`;
}
