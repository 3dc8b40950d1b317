import type { Files } from '@rota/core';
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

/** Reports, oldest first. A line that a crash has torn is passed over. */
export function readReports(files: Pick<Files, 'readText'>, path: string): readonly UpdateReport[] {
  return (files.readText(path) ?? '').split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === 'object' && value !== null && 'formatVersion' in value && value.formatVersion === 1
        ? [value as UpdateReport]
        : [];
    } catch {
      return [];
    }
  });
}
