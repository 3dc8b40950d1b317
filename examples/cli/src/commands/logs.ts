import type { CommandContext } from '../command.ts';
import { openNamespace } from '../open-rota.ts';

/** `rota logs JOB`. */
export async function run(context: CommandContext): Promise<number> {
  const { args, options, io } = context;
  const [job = ''] = args;
  const rota = await openNamespace(context);
  const { tenant, name } = await rota.find(job);
  const text = await rota.logs(job, {
    lines: options.lines ?? 100,
    ...(options.run === undefined ? {} : { runId: options.run }),
  });
  if (context.json) context.printJson({ formatVersion: 1, tenant, name, log: text });
  else if (text === '') context.say('There is no output.');
  else io.out(text.endsWith('\n') ? text : `${text}\n`);
  return 0;
}
