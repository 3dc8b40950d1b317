import type { Host } from '@rota/core';
import { managerEnvironment, systemctl } from '../systemctl.ts';

/** Properties of a unit as `systemctl show` prints them; a repeated one has several values. */
export type ShownUnit = ReadonlyMap<string, readonly string[]>;

/** One call for all units; patterns find only what is loaded. */
export async function showUnits(
  host: Host,
  scope: 'user' | 'system',
  properties: readonly string[],
  units: readonly string[],
): Promise<readonly ShownUnit[]> {
  if (units.length === 0) return [];
  const args = ['show', '--no-pager', `--property=${['Id', ...properties].join()}`, '--', ...units];
  const text = scope === 'user' ? await systemctl(host, args) : await systemSystemctl(host, args);
  return text.split('\n\n').flatMap((block) => {
    const values = new Map<string, string[]>();
    for (const line of block.split('\n')) {
      const at = line.indexOf('=');
      if (at <= 0) continue;
      const key = line.slice(0, at);
      values.set(key, [...(values.get(key) ?? []), line.slice(at + 1)]);
    }
    return values.has('Id') ? [values] : [];
  });
}

export function shown(unit: ShownUnit | undefined, property: string): string {
  return unit?.get(property)?.[0] ?? '';
}

/** Empty where there is no system manager, as in a container. */
async function systemSystemctl(host: Host, args: readonly string[]): Promise<string> {
  const result = await host.run({ file: 'systemctl', args, env: managerEnvironment(host) });
  return result.exitCode === 0 ? result.stdout : '';
}
