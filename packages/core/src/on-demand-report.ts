import type { ReportFacts } from './report/build-report.ts';
import type { RenderReportOptions } from './report/render-report.ts';
import type { Report } from './report/report.ts';
import type { ServedReport, ServeReportInput } from './report/serve-report.ts';

// The public functions of the report.

/** The data of a report from the facts; `rota.report()` reads them and does this. Pure: the same facts give the same report. */
export async function buildReport(facts: ReportFacts): Promise<Report> {
  return (await import('./on-demand-bodies.ts')).buildReport(facts);
}

/** The report as one HTML page that holds all it needs and loads nothing; see `render-report.ts` for what it promises. Pure. */
export async function renderReport(report: Report, options?: RenderReportOptions): Promise<string> {
  return (await import('./report/render-report.ts')).renderReport(report, options);
}

/** Serves the page on the loopback interface, for reading only, and keeps it as the machine is. @throws ROTA_REPORT_PORT */
export async function serveReport(input: ServeReportInput): Promise<ServedReport> {
  return (await import('./on-demand-bodies.ts')).serveReport(input);
}
