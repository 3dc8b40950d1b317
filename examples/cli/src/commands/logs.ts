import { RotaError } from '@rota/core';
import { openNamespace } from '../open/open-rota.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota logs JOB`. With --follow and --json one object a piece. */
export async function run(context: CommandContext): Promise<number> {
  const { args, options, io } = context;
  const [job = ''] = args;
  const rota = await openNamespace(context, 'as-applied');
  const { tenant, name } = await rota.find(job);
  if (options.follow) {
    if (options.run !== undefined) throw new RotaError('ROTA_USAGE', 'Choose one of --follow and --run.');
    for await (const log of rota.followLogs(job, { lines: options.lines, signal: io.signal })) {
      if (context.json) io.out(`${JSON.stringify({ formatVersion: 1, tenant, name, log })}\n`);
      else io.out(log);
    }
    return 0;
  }
  const text = await rota.logs(job, {
    lines: options.lines ?? 100,
    ...(options.run === undefined ? {} : { runId: options.run }),
  });
  if (context.json) context.printJson({ formatVersion: 1, tenant, name, log: text });
  else if (text === '') context.say('There is no output.');
  else io.out(text.endsWith('\n') ? text : `${text}\n`);
  return 0;
}
