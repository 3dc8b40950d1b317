import type { Host } from '@rota/core';
import { systemctl } from '../systemctl.ts';

export interface TimerState {
  /** Waiting, running or elapsed. */
  readonly started: boolean;
}

/** The timers that the manager has loaded, by unit name. One call, whatever their number. */
export async function readTimerStates(host: Host, prefix: string): Promise<ReadonlyMap<string, TimerState>> {
  const text = await systemctl(host, [
    'list-units',
    '--all',
    '--plain',
    '--no-legend',
    '--no-pager',
    '--type=timer',
    `${prefix}*`,
  ]);
  const states = new Map<string, TimerState>();
  for (const line of text.split('\n')) {
    const [unit, , active] = line.trim().split(/\s+/);
    if (unit?.startsWith(prefix)) states.set(unit, { started: active === 'active' });
  }
  return states;
}
