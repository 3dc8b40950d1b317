import type { Issue } from './issue.ts';

/** Issues as a person goes through them: file by file as they came up, and from top to bottom in each. Pure. */
export function inReadingOrder(issues: readonly Issue[]): readonly Issue[] {
  const files = [...new Set(issues.map(({ file }) => file))];
  const rank = new Map(files.map((file, index) => [file, index]));
  return issues.toSorted(
    (a, b) =>
      (rank.get(a.file) ?? 0) - (rank.get(b.file) ?? 0) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}
