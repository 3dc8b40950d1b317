import type { Files } from '@rota/core';

/** A JSON file of ours; `undefined` when there is none, or a full disk has torn it: it is made again. */
export function readJson(files: Pick<Files, 'readText'>, path: string): unknown {
  const text = files.readText(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
