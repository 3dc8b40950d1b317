import { type FoundBundle, RotaError, type VerifyLevel, verifyBundle } from '@rota/core';
import { type JobPlace, placeOfJob, withBundle } from '../commands/bundle.ts';
import { progress } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota bundle verify JOB [BUNDLE] --level N`, and `rota bundle drill JOB [BUNDLE]`, which is level 4. */
export async function run(context: CommandContext): Promise<number> {
  const { options, args } = context;
  const level: VerifyLevel = args[0] === 'drill' ? 4 : levelOf(options.level ?? '1');
  const place = await placeOfJob(context);
  return await withBundle(context, place, args[2], (bundle) => verify(context, place, bundle, level));
}

async function verify(context: CommandContext, place: JobPlace, bundle: FoundBundle, level: VerifyLevel): Promise<number> {
  const { io, options } = context;
  if (options.dryRun === true) {
    if (context.json)
      context.printJson({ formatVersion: 1, action: 'verify', path: bundle.path, level, checks: [], notes: ['dry run'] });
    else context.print(`Would verify ${bundle.path} to level ${level}.`);
    return 0;
  }
  const count = progress(io, 'Verifying');
  const { checks, notes } = await verifyBundle({
    host: context.host(),
    namespace: place.namespace,
    bundle,
    level,
    spec: place.spec,
    store: place.store,
    ageIdentity: options.ageIdentity,
    onProgress: (done, total) => count.step(Math.round(done / 1e6), Math.round(total / 1e6)),
    signal: io.signal,
  }).finally(count.end);
  if (context.json) context.printJson({ formatVersion: 1, action: 'verify', path: bundle.path, level, checks, notes });
  else {
    for (const check of checks) context.print(`level ${check.level}  ${check.check}`);
    for (const note of notes) context.say(note);
  }
  return 0;
}

function levelOf(text: string): VerifyLevel {
  const levels: readonly VerifyLevel[] = [0, 1, 2, 3, 4];
  const level = levels.find((one) => String(one) === text);
  if (level === undefined) throw new RotaError('ROTA_USAGE', `\`--level ${text}\`: expected 0 to 4.`);
  return level;
}
