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
  if (text === undefined) return null;
  return parseState<NamespaceRecord>(text, layout.record, {
    isWhole: ({ source, backend, current }) =>
      typeof source === 'string' && typeof backend === 'string' && typeof current === 'number',
  });
}

export function writeNamespaceRecord(files: Pick<Files, 'write'>, layout: NamespaceLayout, record: NamespaceRecord): void {
  files.write(layout.record, `${JSON.stringify(record)}\n`);
}

/** What a state file has to hold, and the way out when it does not. */
export interface StateFileRule<T> {
  /** Whether what everything else relies on is there. @default any object will do */
  readonly isWhole?: (value: Partial<T>) => boolean;
  /** The command or step that goes on without the file. @default `rota doctor --repair`, which sets it aside */
  readonly otherwise?: string;
}

/** Reads a state file that Rota itself wrote in one step. @throws ROTA_STATE_DAMAGED */
export function parseState<T>(text: string, file: string, { isWhole = () => true, otherwise }: StateFileRule<T> = {}): T {
  let cause: unknown;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && isWhole(value as Partial<T>)) return value as T;
  } catch (error) {
    cause = error;
  }
  const what = cause === undefined ? 'does not hold what Rota wrote' : 'cannot be read as JSON';
  throw new RotaError('ROTA_STATE_DAMAGED', `A state file ${what}: ${file}. Nothing was changed.`, {
    place: { file },
    suggestions: [otherwise ?? 'Set it aside and go on from what is left: rota doctor --repair', 'Or restore it from a backup.'],
    cause,
  });
}
