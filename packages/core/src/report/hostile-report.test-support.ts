import type { Report } from './report.ts';

/** What an attacker, or a careless person, may get into a name, a reason or an output. */
export const hostileTexts = [
  '<script>window.hit = 1</script>',
  '</script><script>window.hit = 2</script>',
  '"><img src=x onerror="window.hit = 3">',
  "'; window.hit = 4; '",
  '<!-- <script>',
  'https://example.org/" onmouseover="window.hit = 5',
  '\u202egnirts desrever\u202c',
  'ܫܠܡܐ مهمة النسخ',
  '👩‍🔧 backup 🗄️',
  '\u001b[31mred\u001b[0m \u0000 \u001b]8;;https://example.org\u0007link',
  '\ud800 half a pair',
  '${window.hit = 6} {{constructor}}',
] as const;

/** The report with hostile texts in every place that a text can come to. */
export function withHostileTexts(report: Report): Report {
  const text = (index: number): string => hostileTexts[index % hostileTexts.length] ?? '';
  return {
    ...report,
    host: text(0),
    namespace: text(2),
    labels: { [text(2)]: text(1) },
    jobs: report.jobs.map((job, index) => ({
      ...job,
      tenant: text(index),
      name: `${text(index + 1)} ${index}`,
      schedule: text(index + 2),
      labels: { [text(index)]: text(index + 3) },
      annotations: { owner: text(index + 4), docs: index % 2 === 0 ? 'javascript:window.hit=7' : text(5) },
      features: { [text(index + 5)]: 'native' },
      output: text(index + 6),
      past: { ...job.past, recent: job.past.recent.map((run) => ({ ...run, reason: text(index) })) },
    })),
    attention: hostileTexts.map((hostile) => ({ severity: 'error', subject: hostile, message: hostile, remedy: hostile })),
    month: {
      ...report.month,
      failures: report.month.failures.map((failure, index) => ({
        ...failure,
        tenant: text(index),
        name: text(index + 1),
        reason: text(index + 2),
      })),
    },
    bundles: report.bundles.map((bundle, index) => ({
      ...bundle,
      tenant: text(index),
      place: text(index + 1),
      problem: text(index + 2),
    })),
    sections: hostileTexts.map((hostile) => ({
      plugin: hostile,
      title: hostile,
      state: 'attention',
      summary: hostile,
      facts: [{ label: hostile, value: hostile }],
    })),
  };
}
