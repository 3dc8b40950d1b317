import type { Report, ReportJob } from '../report.ts';
import { countText } from '../view/clock.ts';
import { jobDetail } from '../view/job-detail.ts';
import { monthRow } from '../view/month-row.ts';
import { parts } from '../view/page-body.ts';
import { initialSelection, type Selection, selectJobs } from '../view/select-jobs.ts';
import { jobTableRow, weekTableRow } from '../view/tables.ts';
import { weekRow } from '../view/week-row.ts';
import { weekScale } from '../view/week-scale.ts';
import { element } from './element.ts';
import { longList } from './long-list.ts';
import { pagedTable } from './paged-table.ts';
import { showTimeAtPointer } from './show-time-at-pointer.ts';

/** A page that is alive. */
export interface Page {
  /** Shows newer data; what a person opened, chose or focused stays. */
  update(report: Report): void;
}

/** Gives a page its controls. */
export function startPage(initial: Report): Page {
  let report = initial;
  let selection: Selection = initialSelection;
  let detailOf: string | undefined;
  const drawn = new Map(Object.entries(parts).map(([name, render]) => [name, render(report).markup]));
  const lists = {
    week: longList(element('[data-list=week]', HTMLElement)),
    month: longList(element('[data-list=month]', HTMLElement)),
  };
  const tables = { week: tableOf('week'), jobs: tableOf('jobs') };
  const controls = element('.controls', HTMLElement);
  const dialog = element('dialog', HTMLDialogElement);

  const weekTable = element('details[data-table=week]', HTMLDetailsElement);

  function drawJobs(): void {
    const scale = weekScale(report);
    const jobs = selectJobs(report.jobs, selection);
    const rowsOf = (markup: (job: ReportJob) => string) => jobs.map((job) => ({ key: keyOf(job), markup: () => markup(job) }));
    lists.week.show(rowsOf((job) => weekRow(report, job, scale).markup));
    lists.month.show(rowsOf((job) => monthRow(job, report.month.days.length).markup));
    // What is closed costs nothing.
    tables.week.show(weekTable.open ? jobs.map((job) => () => weekTableRow(report, job).markup) : []);
    tables.jobs.show(jobs.map((job) => () => jobTableRow(report, job).markup));
    element('.count', HTMLElement).textContent =
      jobs.length === report.jobs.length
        ? countText(jobs.length, 'job')
        : `${jobs.length} of ${countText(report.jobs.length, 'job')}`;
    element('[data-none]', HTMLElement).hidden = jobs.length > 0 || report.jobs.length === 0;
  }

  function drawDetail(): void {
    const job = report.jobs.find((candidate) => keyOf(candidate) === detailOf);
    if (job !== undefined) element('.dialog-body', HTMLElement).innerHTML = jobDetail(report, job).markup;
  }

  document.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return;
    const key = target.closest<HTMLElement>('[data-job]')?.dataset.job;
    if (key !== undefined) {
      detailOf = key;
      drawDetail();
      dialog.showModal();
      dialog.scrollTop = 0;
      element('#detail-title', HTMLElement).focus();
    }
    if (target.closest('[data-clear]') !== null) {
      for (const input of controls.querySelectorAll('input')) input.value = '';
      for (const choice of controls.querySelectorAll('select')) if (choice.name === 'only') choice.value = 'all';
      readControls();
      controls.querySelector('input')?.focus();
    }
    // Beside the box is outside of it.
    if (target === dialog) dialog.close();
  });

  function readControls(): void {
    const only = choice('only', ['all', 'troubled', 'colliding', 'gated'] as const);
    const order = choice('order', ['next', 'name', 'failures', 'length'] as const);
    selection = { text: element('input', HTMLInputElement, controls).value, only, order };
    drawJobs();
  }

  function choice<const V extends string>(name: string, values: readonly [V, ...V[]]): V {
    const { value } = element(`select[name=${name}]`, HTMLSelectElement, controls);
    return values.find((known) => known === value) ?? values[0];
  }

  controls.hidden = false;
  weekTable.addEventListener('toggle', drawJobs);
  controls.addEventListener('input', readControls);
  addEventListener('beforeprint', () => unroll(true));
  addEventListener('afterprint', () => unroll(false));
  function unroll(all: boolean): void {
    for (const list of Object.values(lists)) list.unroll(all);
  }
  showTimeAtPointer(element('#week .chart', HTMLElement), () => report);
  // A browser may have kept what was chosen before the page was loaded again.
  readControls();

  return {
    update(next) {
      report = next;
      for (const [name, render] of Object.entries(parts)) {
        const { markup } = render(report);
        if (drawn.get(name) === markup) continue;
        drawn.set(name, markup);
        replaceKept(element(`[data-part="${name}"]`, HTMLElement), markup);
      }
      drawJobs();
      if (dialog.open) drawDetail();
    },
  };
}

/** Replaces what is in an element, and keeps open what was open. */
function replaceKept(place: HTMLElement, markup: string): void {
  const open = new Set([...place.querySelectorAll<HTMLElement>('details[open]')].map(({ dataset }) => dataset.keep));
  place.innerHTML = markup;
  for (const details of place.querySelectorAll('details')) details.open = open.has(details.dataset.keep);
}

function tableOf(name: string) {
  return pagedTable(element(`[data-rows=${name}]`, HTMLElement), element(`[data-pages=${name}]`, HTMLElement), 'jobs');
}

function keyOf({ tenant, name }: ReportJob): string {
  return `${tenant}/${name}`;
}
