// What `on-demand-report.ts` loads, in one piece.
export { renderReport } from './report/render-report.ts';
export { serveReport } from './report/serve-report.ts';
