import type { Host } from '../../host/host.ts';
import type { ReportFacts } from '../../report/build-report.ts';
import type { RenderReportOptions } from '../../report/render-report.ts';
import type { Report, ReportBundle } from '../../report/report.ts';
import type { ServedReport, ServeReportInput } from '../../report/serve-report.ts';

// The public functions of the report.

/** The data of a report from the facts; `rota.report()` reads them and does this. Pure: the same facts give the same report. */
export async function buildReport(facts: ReportFacts): Promise<Report> {
  return (await import('./bodies.ts')).buildReport(facts);
}

/** The report as one HTML page that holds all it needs and loads nothing; see `render-report.ts` for what it promises. Pure. */
export async function renderReport(report: Report, options?: RenderReportOptions): Promise<string> {
  return (await import('../../report/render-report.ts')).renderReport(report, options);
}

/** The bundles of each job of a namespace in a line: the newest, and the last proof. A store that cannot be read is told of in `problem`. */
export async function summarizeBundles(host: Host, namespace: string): Promise<readonly ReportBundle[]> {
  return (await import('./bodies.ts')).summarizeBundles(host, namespace);
}

/** Serves the page on the loopback interface, for reading only, and keeps it as the machine is. @throws ROTA_REPORT_PORT */
export async function serveReport(input: ServeReportInput): Promise<ServedReport> {
  return (await import('./bodies.ts')).serveReport(input);
}
