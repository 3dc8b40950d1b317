import type { Report } from '../report.ts';
import { followChanges } from './follow-changes.ts';
import { startPage } from './start-page.ts';

// The script of the page. The page is whole without it: it adds finding, ordering, details, long lists, and on a served page what is new.

const data = document.querySelector('#report')?.textContent ?? '';
const report: Report = JSON.parse(data);
const page = startPage(report);
if (document.body.dataset.live !== undefined) followChanges(page);
