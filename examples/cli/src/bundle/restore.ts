import { resolve } from 'node:path';
import { type FoundBundle, planRestore, type RestoreInput, restoreBundle } from '@rota/core';
import { type JobPlace, placeOfJob, withBundle } from '../commands/bundle.ts';
import { progress } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';
import { confirm } from '../program/confirm.ts';
import { identityAnswers } from './identity-answers.ts';

/** `rota bundle restore JOB [BUNDLE]` */
export async function run(context: CommandContext): Promise<number> {
  const place = await placeOfJob(context);
  return await withBundle(context, place, context.args[2], (bundle) => restore(context, place, bundle));
}

async function restore(context: CommandContext, place: JobPlace, bundle: FoundBundle): Promise<number> {
  const { io, options } = context;
  const count = progress(io, 'Restoring');
  const input: RestoreInput = {
    host: context.host(),
    namespace: place.namespace,
    spec: place.spec,
    bundle,
    ...(options.only === undefined ? {} : { only: options.only }),
    ...(options.into === undefined ? {} : { to: resolve(io.cwd, options.into) }),
    identity: identityAnswers(options.identity ?? []),
    keepPrevious: options.discardPrevious !== true,
    ageIdentity: options.ageIdentity,
    onProgress: (done, total) => count.step(Math.round(done / 1e6), Math.round(total / 1e6)),
    signal: io.signal,
  };
  const { manifest, roots, databases, unanswered } = await planRestore(input);
  const { createdAt, host, guidance } = manifest;
  if (options.dryRun === true) {
    count.end();
    const { path } = input.bundle;
    if (context.json)
      context.printJson({
        formatVersion: 1,
        action: 'restore',
        path,
        createdAt,
        dryRun: { roots, databases, unanswered, guidance },
      });
    else {
      for (const root of roots) context.print(`Would ${root.action} ${root.path} (root ${root.name}).`);
      for (const name of databases) context.print(`Would restore the database ${name}.`);
      for (const name of unanswered) context.print(`Needs an answer: --identity ${name}=preserve, or =exclude`);
    }
    return 0;
  }
  if (guidance.restore !== undefined) context.say(guidance.restore);
  const what = [...roots.map(({ path }) => path), ...databases.map((name) => `the database ${name}`)].join(', ');
  await confirm(context, `Restore ${what} as of ${createdAt} from ${host.name}?`);
  const { manifest: _, ...result } = await restoreBundle(input).finally(count.end);
  if (context.json) context.printJson({ formatVersion: 1, action: 'restore', path: input.bundle.path, createdAt, ...result });
  else {
    for (const root of result.roots)
      context.print(`restored ${root.path}${root.previous === null ? '' : `; what was there is ${root.previous}`}`);
    if (result.stopped.length > 0) context.print(`Stood still for ${result.downtimeMs} ms: ${result.stopped.join(', ')}.`);
    for (const note of result.notes) context.say(note);
  }
  return 0;
}
