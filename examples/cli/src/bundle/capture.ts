import { captureBundle, planCapture } from '@rota/core';
import { placeOfJob } from '../commands/bundle.ts';
import { byteText } from '../output/byte-text.ts';
import { progress } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota bundle capture JOB` */
export async function run(context: CommandContext): Promise<number> {
  const { io, options } = context;
  const { namespace, spec, store, artifact } = await placeOfJob(context);
  const key = { tenant: spec.tenant, name: spec.name };
  if (options.dryRun === true) {
    const plan = await planCapture(spec, io.signal, context.host());
    if (context.json) context.printJson({ formatVersion: 1, action: 'capture', ...key, dryRun: plan });
    else {
      context.print(`Would capture ${plan.entries} entries, ${byteText(plan.bytes)}, into ${store.place}.`);
      context.print(`Would stop, if they run: ${spec.services.map((service) => service.name).join(', ') || 'nothing'}.`);
      for (const { severity, message } of plan.findings) context.print(`${severity}: ${message}`);
    }
    return plan.findings.some(({ severity }) => severity === 'error') ? 1 : 0;
  }
  const count = progress(io, 'Capturing');
  const result = await captureBundle({
    host: context.host(),
    namespace,
    spec,
    store,
    artifact,
    withArtifact: options.withArtifact === true,
    full: options.full === true,
    onProgress: (phase, done, total) => phase !== 'look' && count.step(Math.round(done / 1e6), Math.round(total / 1e6)),
    signal: io.signal,
  }).finally(count.end);
  if (context.json) context.printJson({ formatVersion: 1, action: 'capture', ...key, ...result });
  else {
    if (result.bundle === null) context.print('Skipped: the hook beforeCapture asked for it.');
    else
      context.print(
        `${result.outcome}  ${result.bundle.id}  ${byteText(result.bundle.bytes)} in ${result.bundle.entries} entries  ${result.place}`,
      );
    if (result.stopped.length > 0) context.print(`Stood still for ${result.downtimeMs} ms: ${result.stopped.join(', ')}.`);
    for (const { name, reason } of result.problems) context.say(`${name}: ${reason}`);
    for (const note of result.notes) context.say(note);
  }
  return result.outcome === 'partial' ? 3 : 0;
}
