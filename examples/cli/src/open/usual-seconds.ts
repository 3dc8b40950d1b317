import { createRota } from '@rota/core';
import type { CommandContext } from '../program/command.ts';

/** The median length of the successful runs that history has, by `tenant/name`, in whole seconds. */
export async function usualSeconds(context: CommandContext, namespace: string): Promise<ReadonlyMap<string, number>> {
  const durations = new Map<string, number[]>();
  // History is files; no backend is asked.
  const rota = createRota({ host: context.host(), backends: [], namespace });
  for (const record of await rota.history({ limit: 5000 })) {
    if (record.status !== 'success') continue;
    const key = `${record.tenant}/${record.name}`;
    durations.set(key, [...(durations.get(key) ?? []), record.durationMs]);
  }
  return new Map([...durations].map(([key, list]) => [key, Math.round(median(list) / 1000)]));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
