import { defineSchedule, describeCron, fireTimes, hostZone, instantText, printJobKey, translateJob } from '@rota/core';
import { chooseDialect } from '../open/choose-dialect.ts';
import { findDeclared } from '../open/declared-job.ts';
import { openDeclaration } from '../open/open-declaration.ts';
import type { CommandContext } from '../program/command.ts';
import { placeOf } from '../program/print-failure.ts';
import { printTranslation, translationJson } from './explain-schedule.ts';

/** Where a declared job comes from, what it is after defaults, and what the backend makes of its schedule. */
export async function explainJob(context: CommandContext, name: string): Promise<number> {
  const host = context.host();
  const declaration = await openDeclaration(context, []);
  const job = findDeclared(declaration, name);
  const excluded = declaration.excluded.find((other) => other.tenant === job.tenant && other.name === job.name);
  const { source, ...fields } = job;
  const chosen = await chooseDialect(
    job.backend === undefined ? context : { ...context, options: { backend: job.backend, ...context.options } },
  );
  const translation = job.trigger.kind === 'schedule' ? await translateJob(host, chosen.backend, chosen.dialect, job) : undefined;
  if (context.json) {
    context.printJson({
      formatVersion: 1,
      kind: 'job',
      tenant: job.tenant,
      name: job.name,
      source: source ?? null,
      forThisHost: excluded === undefined,
      ...(excluded === undefined ? {} : { reason: excluded.reason }),
      origins: declaration.origins,
      job: fields,
      translation: translation === undefined ? null : translationJson(translation),
    });
    return 0;
  }
  const { print, colors } = context;
  print(`${colors.bold(printJobKey(job))}  ${colors.dim(source === undefined ? declaration.source : placeOf(source))}`);
  if (excluded !== undefined) print(`  Not for this host: ${excluded.reason}`);
  if (job.trigger.kind === 'schedule') {
    const { expression, timezone } = job.trigger;
    const zone = hostZone(host, timezone);
    const schedule = defineSchedule(expression, zone);
    print(
      `  When: ${describeCron(schedule.calendar)} (${expression}, ${zone.name}${timezone === 'local' ? ', the zone of this machine' : ''}).`,
    );
    const [next] = fireTimes(schedule, { after: Math.floor(host.now() / 1000) });
    if (next !== undefined) print(`  Next: ${instantText(next)}`);
  }
  print(`  Runs: ${job.command.join(' ')}${job.shell ? '  (by a shell)' : ''}`);
  print('');
  print('Fields, defaults filled in:');
  for (const [field, value] of Object.entries(fields)) print(`  ${field}: ${JSON.stringify(value)}`);
  const origins = Object.entries(declaration.origins);
  if (origins.length > 0) {
    print('');
    print('Set by:');
    for (const [field, file] of origins) print(`  ${field}: ${file}`);
  }
  if (translation !== undefined) {
    print('');
    printTranslation(context, translation);
  }
  return 0;
}
