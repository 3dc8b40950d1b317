import { join } from 'node:path';
import type { Host } from '@rota/core';

const supplies = '/sys/class/power_supply';

/** A battery that empties in the middle of an update of the boot loader strands the machine. sysfs: an adapter is of type `Mains`. */
export function powerProblem({ files }: Pick<Host, 'files'>): string | null {
  const read = (name: string, file: string): string => files.readText(join(supplies, name, file))?.trim() ?? '';
  const mains = files.list(supplies).filter((name) => read(name, 'type') === 'Mains');
  return mains.length > 0 && mains.every((name) => read(name, 'online') !== '1') ? 'The machine runs on battery.' : null;
}
