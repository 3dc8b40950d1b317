import { printDuration } from '@rota/core';
import type { UpdateReport } from '../report.ts';

/** A report for people, a fact a line. */
export function reportText(report: UpdateReport): readonly string[] {
  const { kind, status, failure, step, to, inputs, summary, warnings, reboot } = report;
  const took = printDuration(Date.parse(report.endedAt) - Date.parse(report.startedAt));
  return [
    `${kind}: ${status} after ${took}${step === null ? '' : `, in the step ${step}`}`,
    ...(failure === null ? [] : [`  ${failure.class}: ${failure.message}`]),
    ...(to === null ? [] : [`  system: ${to}`]),
    ...inputs.map(
      ({ name, from, to: rev, toDate }) =>
        `  input ${name}: ${short(from)} -> ${short(rev)}${toDate === null ? '' : ` (${new Date(toDate * 1000).toISOString().slice(0, 10)})`}`,
    ),
    ...summary.map((line) => `  ${line}`),
    ...warnings.map((warning) => `  warning: ${warning}`),
    ...(reboot === 'not-needed' ? [] : [`  reboot: ${reboot}`]),
  ];
}

function short(revision: string | null): string {
  return revision?.replace(/^sha256-/, '').slice(0, 12) ?? 'none';
}
