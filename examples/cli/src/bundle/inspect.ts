import { type FoundBundle, readManifest } from '@rota/core';
import { placeOfJob, withBundle } from '../commands/bundle.ts';
import { byteText } from '../output/byte-text.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota bundle inspect JOB [BUNDLE]`: what a bundle says of itself. */
export async function run(context: CommandContext): Promise<number> {
  return await withBundle(context, await placeOfJob(context), context.args[2], (bundle) => inspect(context, bundle));
}

async function inspect(context: CommandContext, bundle: FoundBundle): Promise<number> {
  const { entries, ...manifest } = await readManifest(bundle.path, context.options.ageIdentity);
  if (context.json) {
    context.printJson({
      formatVersion: 1,
      action: 'inspect',
      path: bundle.path,
      bundle: bundle.sidecar ?? null,
      manifest,
      entries,
    });
    return 0;
  }
  context.print(
    `${manifest.tenant}/${manifest.name} of ${manifest.host.name}, ${manifest.createdAt}: ${manifest.outcome}, ${manifest.consistency}`,
  );
  if (manifest.artifact !== undefined)
    context.print(
      `artifact ${manifest.artifact.path} (${manifest.artifact.system}${manifest.artifact.member === undefined ? '' : ', packed'})`,
    );
  for (const root of manifest.roots) context.print(`root ${root.name}: ${root.path} (${root.kind})`);
  for (const database of manifest.databases) context.print(`database ${database.name}: ${database.member}`);
  for (const { name, policy } of manifest.identity) context.print(`identity ${name}: ${policy}`);
  for (const { name, reason } of manifest.problems) context.print(`problem ${name}: ${reason}`);
  for (const entry of entries) context.print(`${entry.type.padEnd(8)} ${byteText(entry.size).padStart(9)}  ${entry.name}`);
  return 0;
}
