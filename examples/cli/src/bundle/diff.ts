import { diffBundles, type FoundBundle, RotaError, readManifest } from '@rota/core';
import { placeOfJob, withBundle } from '../commands/bundle.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota bundle diff JOB BUNDLE [BUNDLE]`: from the first to the second, which is the newest complete one unless it is named. */
export async function run(context: CommandContext): Promise<number> {
  const [, , first, second] = context.args;
  if (first === undefined) throw new RotaError('ROTA_USAGE', '`rota bundle diff` needs a job and a bundle.');
  const place = await placeOfJob(context);
  const key = context.options.ageIdentity;
  const read = ({ path }: FoundBundle) => readManifest(path, key);
  const before = await withBundle(context, place, first, read);
  const after = await withBundle(context, place, second, read);
  const differences = diffBundles(before, after);
  if (context.json) context.printJson({ formatVersion: 1, action: 'diff', from: before.id, to: after.id, differences });
  else {
    for (const { change, name, fields } of differences)
      context.print(`${change.padEnd(8)} ${name}${fields.length === 0 ? '' : ` (${fields.join(', ')})`}`);
    if (differences.length === 0) context.say('Nothing differs.');
  }
  return 0;
}
