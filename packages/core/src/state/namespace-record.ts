import { RotaError } from '../errors/rota-error.ts';
import type { Files } from '../host/files.ts';
import type { NamespaceLayout } from './layout.ts';

/** What a namespace remembers between commands. */
export interface NamespaceRecord {
  readonly formatVersion: 1;
  readonly namespace: string;
  /** Config path or repository URL that declared it; another source must ask to take it over. */
  readonly source: string;
  /** Chosen at the first apply. */
  readonly backend: string;
  /** Number of the generation that is installed. */
  readonly current: number;
}

/** `null` before the first apply. @throws ROTA_STATE_DAMAGED */
export function readNamespaceRecord(files: Pick<Files, 'readText'>, layout: NamespaceLayout): NamespaceRecord | null {
  const text = files.readText(layout.record);
  return text === undefined ? null : parseState<NamespaceRecord>(text, layout.record);
}

export function writeNamespaceRecord(files: Pick<Files, 'write'>, layout: NamespaceLayout, record: NamespaceRecord): void {
  files.write(layout.record, `${JSON.stringify(record)}\n`);
}

/** Reads a state file that Rota itself wrote in one step. @throws ROTA_STATE_DAMAGED */
export function parseState<T>(text: string, file: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new RotaError('ROTA_STATE_DAMAGED', `A state file cannot be read as JSON: ${file}.`, {
      place: { file },
      suggestions: ['Restore it from a backup. Nothing was changed.'],
      cause,
    });
  }
}
