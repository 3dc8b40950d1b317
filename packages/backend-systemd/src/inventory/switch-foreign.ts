import { dirname, join } from 'node:path';
import { type AdoptedOriginal, type ForeignSwitch, type Host, RotaError, type SwitchForeignInput } from '@rota/core';
import { reloadManager } from '../apply/reload-manager.ts';
import { startTimers } from '../apply/start-timers.ts';
import { stopTimers } from '../apply/stop-timers.ts';
import { readFolders } from '../folders.ts';
import { type ForeignTimer, foreignTimers } from './foreign-timers.ts';
import { shown, showUnits } from './show-units.ts';

/**
 * Disables and stops timers of the user, or enables and starts them as they were. Their files are never touched, only the links that enable them;
 * their services are never stopped.
 */
export async function switchForeign(host: Host, { switches, handledUntil }: SwitchForeignInput): Promise<void> {
  const there = new Map(
    (
      await foreignTimers(
        host,
        'user',
        switches.map(({ original }) => original.key),
      )
    ).map((timer) => [timer.timer, timer]),
  );
  for (const one of switches) checkUnchanged(one, there.get(one.original.key));
  const off = switches.filter(({ to }) => to === 'off').map(({ original }) => original);
  const back = switches.filter(({ to, original }) => to === 'on' && there.has(original.key));
  const on = back.map(({ original }) => original);
  await stopTimers(
    host,
    off.filter(({ key }) => there.has(key)).map(({ key }) => key),
  );
  for (const original of off) {
    for (const [path] of stateOf(original).links) {
      host.files.remove(path);
      // As `systemctl disable` does.
      host.files.removeFolder(dirname(path));
    }
  }
  for (const original of on) for (const [path, target] of stateOf(original).links) host.files.link(target, path);
  const { stamps } = await readFolders(host);
  for (const { original, handledUntil: own = handledUntil } of back) {
    const stamp = join(stamps, `stamp-${original.key}`);
    if (shown(there.get(original.key)?.timerUnit, 'Persistent') !== 'yes') continue;
    if (host.files.facts(stamp) === undefined) host.files.write(stamp, '', 0o644);
    host.files.setTimes(stamp, own * 1000);
  }
  await reloadManager(host);
  await startTimers(
    host,
    on.filter((original) => stateOf(original).active).map(({ key }) => key),
  );
  await checkOff(
    host,
    off.filter(({ key }) => there.has(key)),
  );
}

function checkUnchanged({ original, to, mustExist }: ForeignSwitch, timer: ForeignTimer | undefined): void {
  if (to === 'on' || !mustExist || timer?.digest === original.digest) return;
  const what = timer === undefined ? 'is not there any more' : 'is not what was imported';
  throw new RotaError('ROTA_ADOPT_CHANGED', `${original.key} ${what}.`, { suggestions: ['Import it again: rota import'] });
}

async function checkOff(host: Host, originals: readonly AdoptedOriginal[]): Promise<void> {
  const units = await showUnits(
    host,
    'user',
    ['ActiveState', 'UnitFileState'],
    originals.map(({ key }) => key),
  );
  const still = units.find(
    (unit) => shown(unit, 'ActiveState') === 'active' || shown(unit, 'UnitFileState').startsWith('enabled'),
  );
  if (still === undefined) return;
  throw new RotaError(
    'ROTA_APPLY_FAILED',
    `${shown(still, 'Id')} was disabled and is still ${shown(still, 'UnitFileState')}, ${shown(still, 'ActiveState')}.`,
    {
      suggestions: [`See what enables it: systemctl --user status ${shown(still, 'Id')}`],
    },
  );
}

interface RestoreState {
  readonly links: readonly (readonly [path: string, target: string])[];
  readonly active: boolean;
}

/** What the inventory noted; a timer of which nothing is known is only stopped and started. */
function stateOf({ restore }: AdoptedOriginal): RestoreState {
  if (restore === undefined) return { links: [], active: true };
  const state: RestoreState = JSON.parse(restore);
  return state;
}
