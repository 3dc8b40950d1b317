import { type MigrateInput, migrateBundle, planMove, RotaError } from '@rota/core';
import { placeOfJob } from '../commands/bundle.ts';
import { byteText } from '../output/byte-text.ts';
import { progress } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';
import { confirm } from '../program/confirm.ts';
import { identityAnswers } from './identity-answers.ts';
import { sshDestination } from './ssh-destination.ts';

/** `rota bundle migrate JOB [USER@]HOST`, where HOST is one of the inventory, or what ssh knows by that name. */
export async function run(context: CommandContext): Promise<number> {
  const { io, options } = context;
  const machine = context.args[2];
  if (machine === undefined)
    throw new RotaError('ROTA_USAGE', '`rota bundle migrate` needs a machine to move to.', {
      suggestions: ['rota bundle migrate JOB [USER@]HOST'],
    });
  const { namespace, spec, artifact, hosts } = await placeOfJob(context);
  const key = { tenant: spec.tenant, name: spec.name };
  const count = progress(io, 'Migrating');
  const input: MigrateInput = {
    host: context.host(),
    namespace,
    spec,
    to: { host: sshDestination(machine, hosts), options: options.sshOption ?? [] },
    map: pathsOf(options.map ?? []),
    identity: identityAnswers(options.identity ?? []),
    artifact,
    withArtifact: options.withArtifact === true,
    replace: options.replace === true,
    ...(options.remoteCommand === undefined ? {} : { remoteCommand: options.remoteCommand }),
    onProgress: (phase, done, total) => {
      count.label(`Migrating: ${phase}`);
      count.step(done, total);
    },
    signal: io.signal,
  };
  if (options.dryRun === true) {
    const { entries, bytes, target, forecast } = await planMove(input).finally(count.end);
    const problems = [...target.problems];
    if (context.json)
      context.printJson({
        formatVersion: 1,
        action: 'migrate',
        ...key,
        dryRun: { entries, bytes, to: target.hostname, problems, forecast },
      });
    else {
      context.print(`Would move ${entries} entries, ${byteText(bytes)}, to ${target.hostname}.`);
      context.print(`Would stop: ${spec.services.map(({ name }) => name).join(', ')}; for about ${forecast.totalMs} ms.`);
      for (const { step, ms, from } of forecast.steps) context.print(`  ${step.padEnd(8)} ${String(ms).padStart(7)} ms  ${from}`);
      if (!forecast.fits) context.print(`problem: the budget is ${forecast.budgetMs} ms, so it would be refused.`);
      for (const problem of problems) context.print(`problem: ${problem}`);
    }
    return problems.length === 0 && forecast.fits ? 0 : 1;
  }
  await confirm(context, `Move ${key.tenant}/${key.name} to ${machine}?`);
  const result = await migrateBundle(input).finally(count.end);
  if (context.json) context.printJson({ formatVersion: 1, action: 'migrate', ...key, ...result });
  else {
    context.print(`${key.tenant}/${key.name} runs on ${result.to}: ${result.entries} entries, ${byteText(result.bytes)}.`);
    context.print(`It stood still for ${result.downtimeMs} ms; foretold were ${result.forecast.totalMs} ms.`);
    for (const note of result.notes) context.say(note);
  }
  return 0;
}

function pathsOf(texts: readonly string[]): Record<string, string> {
  const paths: Record<string, string> = {};
  for (const text of texts) {
    const [, name, path] = /^([^=]+)=(\/.+)$/.exec(text) ?? [];
    if (name === undefined || path === undefined)
      throw new RotaError('ROTA_USAGE', `\`--map ${text}\`: expected ROOT=/ABSOLUTE/PATH.`);
    paths[name] = path;
  }
  return paths;
}
