import type { Jj, JjOptions } from './jj.ts';
import { jsonLine } from './json-template.ts';

/** A file that differs between two revisions. A rename has two paths. */
export interface ChangedPath {
  readonly paths: readonly string[];
  readonly status: string;
}

const template = jsonLine({ paths: '"[" ++ json(path) ++ "," ++ json(source.path()) ++ "]"', status: 'json(status)' });

/** `revisions`: `-r REV`, or `--from REV --to REV`, and paths. */
export async function changedPaths(jj: Jj, revisions: readonly string[], options?: JjOptions): Promise<readonly ChangedPath[]> {
  const lines = await jj.lines(['diff', '-T', template, ...revisions], 'compare two revisions', options);
  return lines.filter(isChangedPath).map(({ paths, status }) => ({ paths: [...new Set(paths)], status }));
}

function isChangedPath(value: unknown): value is ChangedPath {
  return typeof value === 'object' && value !== null && 'paths' in value && Array.isArray(value.paths) && 'status' in value;
}
