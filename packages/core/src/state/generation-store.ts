import { join } from 'node:path';
import { isRotaError } from '../errors/rota-error.ts';
import type { Files } from '../host/files.ts';
import { withFollowed } from './followed-launch-files.ts';
import type { Generation } from './generation.ts';
import type { NamespaceLayout } from './layout.ts';
import { parseState } from './namespace-record.ts';

/** How many generations are kept. */
export const keptGenerations = 20;

export function readGeneration<G extends Generation>(
  files: Pick<Files, 'readText'>,
  layout: NamespaceLayout,
  number: number,
): G | null {
  const file = fileOf(layout, number);
  const text = files.readText(file);
  return text === undefined
    ? null
    : parseState<G>(text, file, { isWhole: ({ number: own, entries }) => own === number && Array.isArray(entries) });
}

/** Numbers of the kept generations, oldest first. */
export function listGenerations(files: Pick<Files, 'list'>, layout: NamespaceLayout): readonly number[] {
  return files
    .list(layout.generations)
    .map((name) => /^(\d+)\.json$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

export function writeGeneration(files: Pick<Files, 'write'>, layout: NamespaceLayout, generation: Generation): void {
  files.write(fileOf(layout, generation.number), `${JSON.stringify(generation)}\n`);
}

export function removeGeneration(files: Pick<Files, 'remove'>, layout: NamespaceLayout, number: number): void {
  files.remove(fileOf(layout, number));
}

/** Drops all but the newest kept generations; `current` is never dropped. */
export function pruneGenerations(files: Files, layout: NamespaceLayout, current: number, keep: number = keptGenerations): void {
  const numbers = listGenerations(files, layout);
  const dropped = numbers.slice(0, Math.max(0, numbers.length - keep)).filter((number) => number !== current);
  for (const number of dropped) removeGeneration(files, layout, number);
}

/**
 * Removes the launch files that no kept generation names, and none of these starts after its own. Reads every kept generation, so it is not for every apply. Where one of them cannot be read, all
 * stay: what it names is not known.
 */
export function pruneLaunchFiles(files: Files, layout: NamespaceLayout): void {
  const named = new Set<string>();
  for (const number of listGenerations(files, layout)) {
    const generation = readIfWhole(files, layout, number);
    if (generation === undefined) return;
    for (const entry of generation?.entries ?? []) if (entry.launchFile !== null) named.add(entry.launchFile);
  }
  const there = files.list(layout.launchFiles);
  if (there.every((name) => named.has(name))) return;
  const needed = withFollowed(named, (name) => files.readText(join(layout.launchFiles, name)));
  for (const name of there) if (!needed.has(name)) files.remove(join(layout.launchFiles, name));
}

function readIfWhole(files: Files, layout: NamespaceLayout, number: number): Generation | null | undefined {
  try {
    return readGeneration(files, layout, number);
  } catch (error) {
    if (isRotaError(error)) return undefined;
    throw error;
  }
}

function fileOf(layout: NamespaceLayout, number: number): string {
  return join(layout.generations, `${number}.json`);
}
