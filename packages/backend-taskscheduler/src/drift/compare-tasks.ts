import type { Drift } from '@rota/core';
import { hasOpenLogon, withAnyLogon, withOwnLogons } from '../task/own-logons.ts';
import { readXml } from '../xml/read-xml.ts';
import { meaningOf } from './meaning.ts';

const enabled = 'Task/Settings/Enabled';
// Registered without a user, a task gets the one who registers it, as a SID.
const filledIn = new Set(['Task/Principals/Principal/UserId', 'Task/Principals/Principal/DisplayName']);

/** How a task that stands in the scheduler differs in meaning from what was rendered for it. */
export function compareTasks(expected: string, actual: string): readonly Drift[] {
  // Registered without a user, a logon trigger gets the one who registers it.
  const wanted = meaningOf(readXml(withOwnLogons(expected, 'whoever')));
  const found = meaningOf(hasOpenLogon(expected) ? withAnyLogon(readXml(actual), 'whoever') : readXml(actual));
  const drift: Drift[] = [];
  for (const place of [...new Set([...wanted.keys(), ...found.keys()])].sort()) {
    const before = wanted.get(place);
    const now = found.get(place);
    if (before === now || (filledIn.has(place) && sameAccount(before, now))) continue;
    // The default is enabled, so only `false` stands in a meaning.
    if (place === enabled) {
      drift.push(
        now === 'false'
          ? { kind: 'disabled', detail: 'the task was disabled' }
          : { kind: 'enabled', detail: 'the task was enabled' },
      );
    } else {
      const name = place.slice('Task/'.length);
      drift.push({
        kind: 'edited',
        detail: name === 'Triggers' ? 'the triggers were changed' : `${name} is ${shown(now)}, was ${shown(before)}`,
      });
    }
  }
  return drift;
}

/** A name and a SID cannot be told apart without asking Windows, and nobody is whoever registered it. */
function sameAccount(before: string | undefined, now: string | undefined): boolean {
  if (before === undefined) return true;
  return now !== undefined && (/^S-1-/.test(before) !== /^S-1-/.test(now) || before.toLowerCase() === now.toLowerCase());
}

function shown(value: string | undefined): string {
  return value === undefined ? 'the default' : JSON.stringify(value.length > 120 ? `${value.slice(0, 120)}...` : value);
}
