import type { Files } from '@rota/core';
import * as v from 'valibot';
import type { UpdateReport } from '../report.ts';

/** A file that has grown beyond this loses its older half. */
const longestBytes = 4 * 1024 * 1024;

export function appendReport(
  files: Pick<Files, 'append' | 'facts' | 'readText' | 'write'>,
  path: string,
  report: UpdateReport,
): void {
  files.append(path, `${JSON.stringify(report)}\n`);
  if ((files.facts(path)?.size ?? 0) <= longestBytes) return;
  const lines = (files.readText(path) ?? '').trimEnd().split('\n');
  files.write(path, `${lines.slice(Math.floor(lines.length / 2)).join('\n')}\n`);
}

/** What is made of a report that was kept. */
const schema = v.looseObject({
  formatVersion: v.literal(1),
  kind: v.string(),
  status: v.string(),
  startedAt: v.string(),
  endedAt: v.string(),
  failure: v.nullable(v.looseObject({ class: v.string(), message: v.string() })),
  from: v.nullable(v.string()),
  to: v.nullable(v.string()),
});

function isReport(value: unknown): value is UpdateReport {
  return v.is(schema, value);
}

/** Reports, oldest first. A line that a crash has torn is passed over. */
export function readReports(files: Pick<Files, 'readText'>, path: string): readonly UpdateReport[] {
  return (files.readText(path) ?? '').split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isReport(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}
