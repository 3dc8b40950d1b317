import { buildTargets } from '@rota/core';
import { openRegistry } from '../commands/targets.ts';
import { progress } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota targets build [NAMES]` */
export async function run(context: CommandContext): Promise<number> {
  const { input } = await openRegistry(context);
  const { io, options } = context;
  const count = progress(io, 'Building');
  let begun = 0;
  let ended = 0;
  const builds = await buildTargets({
    ...input,
    jobs: options.jobs,
    timeoutMs: options.timeout === undefined ? undefined : options.timeout * 1000,
    signal: io.signal,
    onProgress({ status }) {
      if (status === 'begun') begun += 1;
      else ended += 1;
      count.step(ended, begun);
    },
  }).finally(count.end);
  const failed = builds.targets.some(({ status }) => status !== 'built' && status !== 'unchanged');
  if (context.json) {
    context.printJson({ ...builds, action: 'build' });
    return failed ? 1 : 0;
  }
  for (const { name, system, status, artifact, failure, log, staleHint } of builds.targets) {
    context.print(`${status}  ${name}  ${system}  ${artifact ?? '-'}`);
    if (failure !== null) context.say(`  ${failure.kind}: ${failure.message}${log === null ? '' : `\n  ${log}`}`);
    if (status === 'unsupported') context.say(`  ${name} has no attribute for ${system}.`);
    if (staleHint) context.say(`  ${name} is another artifact, though no hint matches what changed: its hints lack something.`);
  }
  for (const warning of builds.warnings) context.say(`warning: ${warning}`);
  if (builds.targets.length === 0) context.print(`Nothing to build at ${builds.revision.slice(0, 12)}.`);
  return failed ? 1 : 0;
}
