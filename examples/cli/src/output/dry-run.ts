import { printJobKey, type Rota, RotaError } from '@rota/core';
import type { CommandContext } from '../program/command.ts';

/** Shows what a run of an installed job would start, from its generation, and starts nothing. References are shown, never resolved. */
export async function describeDryRun(context: CommandContext, rota: Rota, name: string): Promise<number> {
  const key = await rota.find(name);
  const entry = (await rota.generations()).at(-1)?.entries.find((other) => printJobKey(other) === printJobKey(key));
  if (entry === undefined) throw new RotaError('ROTA_JOB_UNKNOWN', `No job \`${name}\` is installed.`);
  const { job } = entry;
  const home = rota.host.user.home;
  const data = {
    ...key,
    backend: entry.backend,
    program: job.shell ? '/bin/sh' : (job.command[0] ?? ''),
    args: job.shell ? ['-c', ...job.command] : job.command.slice(1),
    workingDir: job.workingDir ?? home,
    env: masked(job.env),
    startedBy: entry.launchFile === null ? 'the scheduler' : 'the runner',
    gate:
      job.trigger.kind === 'schedule'
        ? { schedule: job.trigger.expression, timezone: job.trigger.timezone, persistent: job.persistent }
        : null,
    requires: job.requires,
    dependsOn: job.dependsOn,
    concurrency: job.concurrency,
    hooks: job.hooks,
    native: entry.artifact?.files ?? [],
  };
  if (context.json) {
    context.printJson({ formatVersion: 1, dryRun: data });
    return 0;
  }
  for (const [field, value] of Object.entries(data)) {
    if (field === 'native') continue;
    context.print(`${field}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  }
  for (const file of data.native) {
    context.print(context.colors.dim(`# ${file.name}`));
    context.print(file.content.trimEnd());
  }
  context.say('Nothing was started.');
  return 0;
}

function masked(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const secret = /secret|token|password|passwd|key|credential/i;
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, secret.test(name) && !value.includes('${') ? '***' : value]),
  );
}
