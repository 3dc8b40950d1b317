import {
  bareJob,
  daysMustBothMatch,
  defineSchedule,
  describeCron,
  fireTimes,
  followsWallClock,
  hostZone,
  instantText,
  type Schedule,
  scheduleWarnings,
  type Translation,
  translateJob,
} from '@rota/core';
import { chooseDialect } from '../open/choose-dialect.ts';
import { localTime } from '../output/local-time.ts';
import { deviationsOf, fidelityText } from '../output/translation-text.ts';
import type { CommandContext } from '../program/command.ts';

const threeYears = 3 * 366 * 86_400;

/** What an expression means, what is misleading about it, when it fires, and what the backend makes of it. */
export async function explainSchedule(context: CommandContext, expression: string): Promise<number> {
  const host = context.host();
  const timezone = context.options.tz ?? 'UTC';
  const zone = hostZone(host, timezone);
  const schedule = defineSchedule(expression, zone);
  const { backend, dialect } = await chooseDialect(context);
  const translation = await translateJob(host, backend, dialect, bareJob(expression, timezone));
  const next = firstOf(fireTimes(schedule, { after: Math.floor(host.now() / 1000) }), 3);
  const description = describeCron(schedule.calendar);
  const warnings = scheduleWarnings(schedule.calendar);
  if (context.json) {
    context.printJson({
      formatVersion: 1,
      kind: 'schedule',
      schedule: expression,
      timezone: zone.name,
      description,
      rules: rulesOf(schedule, Math.floor(host.now() / 1000)),
      warnings: warnings.map(({ message, suggestion }) => ({ message, ...(suggestion === undefined ? {} : { suggestion }) })),
      fireTimes: next.map(instantText),
      translation: translationJson(translation),
    });
    return 0;
  }
  const { print, colors } = context;
  print(`${colors.bold(expression)}  (${zone.name})`);
  print(`  ${description.charAt(0).toUpperCase()}${description.slice(1)}.`);
  for (const rule of rulesOf(schedule, Math.floor(host.now() / 1000))) print(`  ${rule}`);
  for (const { message, suggestion } of warnings) {
    print(`  ${colors.yellow('!')} ${message}${suggestion === undefined ? '' : ` Perhaps you mean \`${suggestion}\`.`}`);
  }
  print('');
  print('Next:');
  for (const at of next) print(`  ${instantText(at)}  ${localTime(at, zone)}`);
  print('');
  printTranslation(context, translation);
  return 0;
}

/** The native lines, and how they compare. */
export function printTranslation({ print }: Pick<CommandContext, 'print'>, translation: Translation): void {
  print(fidelityText(translation));
  for (const entry of translation.entries) print(`  ${entry}`);
  for (const { at, kind } of deviationsOf(translation).slice(0, 5)) {
    print(`  ${kind === 'missing' ? 'would be missed' : 'filtered by the gate'}: ${at}`);
  }
}

export function translationJson(translation: Translation) {
  return {
    backend: translation.backend,
    dialect: translation.dialect,
    fidelity: translation.proof?.fidelity ?? ('refused' as const),
    ...(translation.reason === undefined ? {} : { reason: translation.reason }),
    entries: translation.entries,
    horizon: { fromYear: translation.horizon.fromYear, toYear: translation.horizon.toYear },
    deviations: deviationsOf(translation),
  };
}

function rulesOf({ calendar, zone }: Schedule, now: number): readonly string[] {
  const bothDaysNamed = calendar.dayOfMonth.values.length < 31 && calendar.dayOfWeek.values.length < 7;
  const days = daysMustBothMatch(calendar)
    ? 'Both day fields must match, because one of them begins with `*`.'
    : 'Either day field is enough, because neither begins with `*`.';
  const clock = followsWallClock(calendar)
    ? 'When clocks change it follows the wall clock: skipped in the spring gap, run in both passes of the repeated hour.'
    : 'When clocks change it runs once: at the end of the spring gap if its time is lost, and in the first pass of a repeated hour.';
  const clockChanges = zone.changesBetween(now, now + threeYears).length > 0;
  return [...(bothDaysNamed ? [days] : []), ...(clockChanges ? [clock] : [])];
}

function firstOf(times: Iterable<number>, count: number): readonly number[] {
  const found: number[] = [];
  for (const at of times) {
    if (found.push(at) >= count) break;
  }
  return found;
}
