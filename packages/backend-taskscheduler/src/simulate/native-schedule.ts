import { type Horizon, horizonWindow, type NativeSchedule, type Zone } from '@rota/core';
import { readXml } from '../xml/read-xml.ts';
import { child } from '../xml/xml-element.ts';
import { describeTrigger } from './describe-trigger.ts';
import { readTriggers } from './read-triggers.ts';
import { simulator } from './simulate.ts';

const year = 366 * 86_400;

/**
 * The schedule that a task's XML means on a machine in a zone, by what Microsoft documents.
 *
 * A start in doubt (see `Starts`) is given one second after its minute. So it never stands in for a declared fire time, which lies on a whole minute,
 * and it keeps a schedule from counting as exact: the gate has to be there. A proof looks at parts of a horizon; a doubt anywhere in it (two
 * triggers that meet on a day in some later year) is therefore told in every part, beside its first start. So is `moreDays`, the translator's word that
 * it had to take more days than were declared: it can make a schedule count as less than the XML shows, never as more.
 *
 * @throws ROTA_TASK_XML
 */
export function taskSchedule(xml: string, zone: Zone, horizon?: Horizon, moreDays = false): NativeSchedule {
  const task = readXml(xml);
  const triggers = readTriggers(task);
  const simulate = simulator(triggers, zone);
  // Doubts at a change of the clock lie where every proof looks; those of days may lie anywhere.
  const rules = new Set(triggers.map(({ ruleKey }) => ruleKey).filter((key) => key !== ''));
  const mayMeet =
    rules.size > 1 || triggers.some(({ rule, everyDay, fixedOffset }) => rule && !everyDay && fixedOffset !== undefined);
  let somewhere: boolean | undefined = moreDays ? true : mayMeet && horizon !== undefined ? undefined : false;

  const inHorizon = (): boolean => {
    if (somewhere !== undefined || horizon === undefined) return somewhere === true;
    const { from, to } = horizonWindow(horizon);
    somewhere = false;
    for (let at = from; at < to && !somewhere; at += year) somewhere = simulate(at, Math.min(at + year, to)).doubtful.length > 0;
    return somewhere;
  };

  return {
    entries: (child(task, 'Triggers')?.children ?? []).map(describeTrigger),
    firesBetween(from, to) {
      const { certain, doubtful } = simulate(from, to);
      const [first] = certain;
      const open = doubtful.length > 0 || first === undefined || !inHorizon() ? doubtful : [first];
      if (open.length === 0) return certain;
      const late = open.map((instant) => instant + 1).filter((instant) => instant < to);
      return merged(certain, late);
    },
  };
}

/** Two lists that are sorted and hold nothing twice, as one that is and does: without sorting again what may be a million instants. */
function merged(one: readonly number[], other: readonly number[]): readonly number[] {
  const found: number[] = [];
  let index = 0;
  for (const instant of one) {
    for (; (other[index] ?? instant) < instant; index++) found.push(other[index] as number);
    if (other[index] === instant) index++;
    found.push(instant);
  }
  return index < other.length ? found.concat(other.slice(index)) : found;
}
