import { resolve } from 'node:path';
import { type Report, type ReportOptions, type Rota, RotaError, renderReport, serveReport } from '@rota/core';
import { openNamespace } from '../open/open-rota.ts';
import { progress } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';

/** Where the page goes when a person at a terminal says nothing. */
const usualFile = 'rota-report.html';

/** Bundles in stores elsewhere and what plugins look up are read anew this often while the page is served, in milliseconds. */
const slowPartsMs = 5 * 60_000;

/** `rota report`: the page in a file, on standard output or served; or its data. */
export async function run(context: CommandContext): Promise<number> {
  const { options, io } = context;
  if (options.serve !== true && options.port !== undefined) throw new RotaError('ROTA_USAGE', '--port goes with --serve.');
  if (options.serve === true && options.out !== undefined) throw new RotaError('ROTA_USAGE', 'Choose one of --serve and --out.');
  const rota = await openNamespace(context, 'as-applied');
  const wanted: ReportOptions = {
    ...(options.label === undefined ? {} : { labels: options.label }),
    ...(options.output === undefined ? {} : { output: options.output }),
  };
  if (options.serve === true) return await serve(context, rota, wanted);
  const report = await read(context, rota, wanted);
  if (context.json && options.out === undefined) {
    context.printJson(report);
    return 0;
  }
  const text = context.json ? `${JSON.stringify(report, null, 2)}\n` : await renderReport(report);
  const file = options.out ?? (io.outIsTerminal ? usualFile : '-');
  if (file === '-') io.out(text);
  else {
    context.host().files.write(resolve(io.cwd, file), text, 0o600);
    context.say(`Wrote ${file}.`);
  }
  return 0;
}

async function read({ io }: CommandContext, rota: Rota, wanted: ReportOptions): Promise<Report> {
  const line = progress(io, 'Reading jobs and history');
  try {
    return await rota.report(wanted);
  } finally {
    line.end();
  }
}

/** Serves until the person interrupts. The address is data: a script may open it. */
async function serve(context: CommandContext, rota: Rota, wanted: ReportOptions): Promise<number> {
  const { io, options } = context;
  // Without it the page is only a few seconds later.
  const stopWatching = await rota.watch().catch(() => undefined);
  let known: { readonly report: Report; readonly at: number } | undefined;
  const served = await serveReport({
    read: async () => {
      if (known !== undefined && performance.now() - known.at < slowPartsMs)
        return await rota.report({ ...wanted, known: known.report });
      const report = await rota.report(wanted);
      known = { report, at: performance.now() };
      return report;
    },
    events: rota.events,
    signal: io.signal,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  if (context.json) context.printJson({ formatVersion: 1, url: served.url });
  else context.print(served.url);
  context.say('Serving the report to this machine only, until Ctrl-C.');
  await served.closed;
  await stopWatching?.();
  return 0;
}
