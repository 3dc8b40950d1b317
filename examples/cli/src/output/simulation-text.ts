import { instantText, loadZone, printJobKey, type Simulation, type Zone } from '@rota/core';
import type { CommandContext } from '../program/command.ts';
import { localTime, offsetText } from './local-time.ts';
import type { EventJob } from './simulation-json.ts';
import { table } from './table.ts';

/** A simulation for people: times in the machine's own zone. */
export function printSimulation(context: CommandContext, result: Simulation, events: readonly EventJob[], zone: Zone): void {
  const { print, colors, io } = context;
  print(
    colors.bold(
      `From ${localTime(result.from, zone)} to ${localTime(result.to, zone)} (${zone.name}): ${result.starts} starts of ${result.jobs.length} jobs.`,
    ),
  );

  section(context, 'Jobs', [
    ...table(
      result.jobs.map(({ fireTimes, ...job }) => [
        printJobKey(job),
        job.expression,
        job.timezone,
        `${job.starts} starts`,
        fireTimes[0] === undefined ? 'none in this period' : `first ${localTime(fireTimes[0], zone)}`,
      ]),
      io.columns,
    ),
    ...events.map((job) => `${printJobKey(job)}  starts at an event (${job.on})`),
  ]);
  section(context, `Starts by hour of the day (${zone.name})`, loadLines(result, zone));
  section(
    context,
    `Collisions: ${result.collidingMinutes} minutes with more than one start`,
    result.collisions
      .slice(0, 10)
      .map(({ jobs, times, first }) => `${jobs.map(printJobKey).join(', ')}: ${times} times, first ${localTime(first, zone)}`),
  );
  section(
    context,
    'Due again before they usually end',
    result.overruns.map(
      (job) =>
        `${printJobKey(job)}: ${job.times} times, first ${localTime(job.first, zone)}; a run usually takes ${job.usualSeconds} s`,
    ),
  );
  section(context, 'Clock changes', result.clockChanges.flatMap(changeLines));
  section(
    context,
    'Proposed stagger, in seconds after the fire time',
    table(
      result.stagger.map((job) => [printJobKey(job), ...job.hosts.map(({ host, offsetSeconds }) => `${host} +${offsetSeconds}`)]),
    ),
  );
}

function section({ print, colors }: CommandContext, title: string, lines: readonly string[]): void {
  if (lines.length === 0) return;
  print();
  print(colors.bold(title));
  for (const line of lines) print(`  ${line}`);
}

function loadLines({ load }: Simulation, zone: Zone): readonly string[] {
  const hours = new Map<number, number>();
  for (const { hour, starts } of load) {
    const local = Math.floor((((hour + zone.offsetAt(hour)) % 86_400) + 86_400) / 3600) % 24;
    hours.set(local, (hours.get(local) ?? 0) + starts);
  }
  const most = Math.max(0, ...hours.values());
  return [...hours]
    .sort(([a], [b]) => a - b)
    .map(
      ([hour, starts]) =>
        `${String(hour).padStart(2, '0')}:00  ${'#'.repeat(Math.max(1, Math.round((starts * 40) / most)))} ${starts}`,
    );
}

function changeLines(change: Simulation['clockChanges'][number]): readonly string[] {
  const zone = loadZone(change.timezone);
  const title = `${change.timezone}: ${localTime(change.at - 1, zone).slice(0, 14)} (${instantText(change.at)}), ${offsetText(change.offsetBefore)} becomes ${offsetText(change.offsetAfter)}`;
  if (change.jobs.length === 0) return [`${title}; no job is touched`];
  return [
    title,
    ...change.jobs.map((job) =>
      job.atTheJump
        ? `  ${printJobKey(job)}: its lost time runs once, right at the jump (${job.starts} starts that day)`
        : `  ${printJobKey(job)}: ${job.starts} starts that day instead of ${job.usualStarts}`,
    ),
  ];
}
