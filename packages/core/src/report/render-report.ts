import { createHash } from 'node:crypto';
import { pageScript, pageStyle } from './page-assets.generated.ts';
import type { Report } from './report.ts';
import { escapeHtml } from './view/html.ts';
import { pageBody } from './view/page-body.ts';

/** How a page is made. */
export interface RenderReportOptions {
  /** For a page that is served: the version of its data, which makes it follow what comes after. @default the page stands still */
  readonly live?: string;
}

/**
 * The report as one HTML page that holds all it needs and loads nothing. Pure.
 *
 * All that comes from jobs, runs and plugins is escaped. The page's policy allows its own style and script by their digests, and nothing else: no
 * markup that got in could run. What is served may ask its own server for newer data, and nobody else for anything.
 */
export function renderReport(report: Report, { live }: RenderReportOptions = {}): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(live !== undefined)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(`Rota: ${report.host}${report.namespace === 'default' ? '' : `, ${report.namespace}`}`)}</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body${live === undefined ? '' : ` data-live="${escapeHtml(live)}"`}>
${pageBody(report).markup}
<script type="application/json" id="report">${jsonForScript(report)}</script>
<script>${pageScript}</script>
</body>
</html>
`;
}

/** The same policy as the page's own, for the header of a page that is served. */
export function policyOf(live: boolean): string {
  const digest = (text: string): string => `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
  return [
    "default-src 'none'",
    `style-src ${digest(pageStyle)}`,
    `script-src ${digest(pageScript)}`,
    'img-src data:',
    ...(live ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** JSON that cannot end the script element that it stands in. */
function jsonForScript(value: object): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
