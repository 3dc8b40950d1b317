import { defineSchedule, hasLabels, hostZone, RotaError, simulate } from '@rota/core';
import { openDeclaration } from '../open/open-declaration.ts';
import { usualSeconds } from '../open/usual-seconds.ts';
import { simulationJson } from '../output/simulation-json.ts';
import { printSimulation } from '../output/simulation-text.ts';
import type { CommandContext } from '../program/command.ts';

const week = 7 * 86_400;
const longest = 366 * 86_400;

/** `rota simulate`: what the declared jobs of this host would do over a period. */
export async function run(context: CommandContext): Promise<number> {
  const { options, args } = context;
  const host = context.host();
  const declaration = await openDeclaration(context, args);
  const from = options.from ?? Math.floor(host.now() / 1000);
  const to = options.to ?? from + week;
  if (to <= from) throw new RotaError('ROTA_USAGE', 'The period ends before it begins: --to must be later than --from.');
  if (to - from > longest) throw new RotaError('ROTA_USAGE', 'The period is longer than a year; choose a nearer --to.');

  const known = await usualSeconds(context, declaration.namespace);
  const zoneOf = (name: string) => hostZone(host, name);
  const active = declaration.jobs.filter((job) => job.enabled && !job.paused && hasLabels(job, options.label ?? {}));
  const jobs = active.flatMap((job) => {
    if (job.trigger.kind !== 'schedule') return [];
    const usual = known.get(`${job.tenant}/${job.name}`);
    return [
      {
        tenant: job.tenant,
        name: job.name,
        schedule: defineSchedule(job.trigger.expression, zoneOf(job.trigger.timezone)),
        ...(usual === undefined ? {} : { usualSeconds: usual }),
      },
    ];
  });
  const events = active.flatMap((job) =>
    job.trigger.kind === 'schedule' ? [] : [{ tenant: job.tenant, name: job.name, on: job.trigger.kind }],
  );
  const result = await simulate({
    jobs,
    from,
    to,
    hosts: options.hosts ?? declaration.hosts.map(({ name }) => name),
    ...(options.window === undefined ? {} : { staggerSeconds: options.window }),
  });
  if (context.json) context.printJson(simulationJson(result, events));
  else printSimulation(context, result, events, zoneOf('local'));
  return 0;
}
