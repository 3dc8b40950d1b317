import type { ForeignEntry } from '../backend/foreign-entry.ts';
import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';

/** What waits in the queue of at(1). It runs once, so it is listed and never imported. None where at is not installed. */
export async function atQueue(host: Host): Promise<readonly ForeignEntry[]> {
  if (host.platform === 'win32') return [];
  const listed = await tryRun(host, 'atq', []);
  const entries: ForeignEntry[] = [];
  for (const line of listed?.split('\n') ?? []) {
    // `3<TAB>Sun Nov 22 10:00:00 2026 a root`
    const [, number, when, queue, owner] = /^(\d+)\s+(.+?)\s+([A-Za-z=])\s+(\S+)$/.exec(line.trim()) ?? [];
    if (number === undefined || owner !== host.user.name || queue === undefined) continue;
    const script = (await tryRun(host, 'at', ['-c', number])) ?? '';
    entries.push({
      backend: 'at',
      id: `at:${number}`,
      owner,
      text: script.trim().split('\n').at(-1) ?? '',
      description: queue === '=' ? 'It runs now.' : `Once, at ${when}.`,
      notAdoptable: 'It runs once and is gone; a job comes again. Leave it to at.',
    });
  }
  return entries;
}

async function tryRun(host: Host, file: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const result = await host.run({ file, args, env: { LC_ALL: 'C' }, timeoutMs: 10_000 });
    return result.exitCode === 0 ? result.stdout : undefined;
  } catch (error) {
    if (isRotaError(error) && error.code === 'ROTA_COMMAND_MISSING') return undefined;
    throw error;
  }
}
