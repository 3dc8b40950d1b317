import { printJobKey } from '../job/job-key.ts';
import { changeLines, isDrifted, noColors, type PlanColors, type PrintPlanOptions } from './change-lines.ts';
import type { Plan } from './plan.ts';

/** A plan as text for people: symbols, fields that change, who does what, drift, warnings, and one sentence at the end. Pure. */
export function printPlan(plan: Plan, options: PrintPlanOptions = {}): string {
  const colors = options.colors ?? noColors;
  const width = options.valueWidth ?? 100;
  const declared = new Map(plan.entries.map((entry) => [printJobKey(entry), entry.job]));
  const shown = plan.changes.filter((change) => change.action !== 'none' || isDrifted(change));
  const blocks = [
    ...shown.map((change) => changeLines(change, declared.get(printJobKey(change)), colors, width)),
    section(
      'Not for this host:',
      plan.notForThisHost.map((job) => `  ${printJobKey(job)}: ${job.reason}`),
    ),
    section(
      'Warnings:',
      plan.warnings.flatMap(({ severity, message, remedy }) => [
        `  ${severity === 'error' ? colors.red('!') : colors.yellow('!')} ${message}`,
        ...(remedy === undefined ? [] : [`    ${remedy}`]),
      ]),
    ),
    [summaryLine(plan, colors)],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

function summaryLine({ summary, namespace }: Plan, colors: PlanColors): string {
  const counts = [
    [summary.create, 'to create'],
    [summary.update, 'to update'],
    [summary.replace, 'to replace'],
    [summary.move, 'to move'],
    [summary.adopt, 'to adopt'],
    [summary.delete, 'to delete'],
  ] as const;
  const todo = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const drift = summary.drifted === 0 ? '' : ` ${summary.drifted} edited by hand.`;
  const unchanged = `${summary.unchanged} unchanged`;
  if (todo.length === 0) return `${colors.bold('Nothing to do')} in namespace ${namespace}: ${unchanged}.${drift}`;
  return `${colors.bold('Plan')} for namespace ${namespace}: ${[...todo, unchanged].join(', ')}.${drift}`;
}
