import type { Attention, Report } from '../report.ts';
import { countText } from './clock.ts';
import { type Html, html } from './html.ts';

const atOnce = 8;

/** What a person should look at, each with the way out; what failed shows what it wrote. */
export function attentionList(report: Report): Html {
  const { attention } = report;
  if (attention.length === 0) return html`<p class="empty">Nothing needs you.</p>`;
  const outputs = new Map(
    report.jobs.flatMap(({ tenant, name, output }) => (output === null ? [] : [[`${tenant}/${name}`, output]])),
  );
  const items = attention.map((one) => item(one, outputs.get(one.subject)));
  const rest = items.slice(atOnce);
  return html`<ul class="attention">${items.slice(0, atOnce)}</ul>${
    rest.length > 0 &&
    html`<details class="more" data-keep="attention"><summary>${countText(rest.length, 'more', 'more')}</summary><ul class="attention">${rest}</ul></details>`
  }`;
}

function item({ severity, subject, message, remedy }: Attention, output: string | undefined): Html {
  return html`<li data-severity="${severity}"><div><strong><bdi>${subject}</bdi></strong> <span class="kind">${severity}</span></div>
<div class="message"><bdi>${message}</bdi></div>${remedy !== undefined && html`<div class="remedy"><code>${remedy}</code></div>`}${
    output !== undefined &&
    html`<details data-keep="output ${subject}"><summary>What it wrote last</summary><pre tabindex="0" role="region" aria-label="Output of ${subject}"><bdi>${output}</bdi></pre></details>`
  }</li>`;
}
