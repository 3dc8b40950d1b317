import { join } from 'node:path';
import type { Host } from '@rota/core';

const supplies = '/sys/class/power_supply';

/**
 * A battery that empties in the middle of an update of the boot loader strands the machine. sysfs: an adapter is of type `Mains`, or of type `USB`
 * on machines that charge by it; some machines tell of no adapter. Batteries of mice and the like have the scope `Device`.
 */
export function powerProblem({ files }: Pick<Host, 'files'>): string | null {
  const read = (name: string, file: string): string => files.readText(join(supplies, name, file))?.trim() ?? '';
  const present = files.list(supplies).filter((name) => read(name, 'scope') !== 'Device');
  const adapters = present.filter((name) => /^(Mains|USB)$/.test(read(name, 'type')));
  if (adapters.some((name) => read(name, 'online') === '1')) return null;
  const hasMains = adapters.some((name) => read(name, 'type') === 'Mains');
  const drains = present.some((name) => read(name, 'type') === 'Battery' && read(name, 'status') === 'Discharging');
  return hasMains || drains ? 'The machine runs on battery.' : null;
}
