import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Dialect, instantText, printJobKey, type RenderedJob, RotaError } from '@rota/core';
import { knownDialect } from '../open/choose-dialect.ts';
import { loadBackend } from '../open/load-backends.ts';
import { openDeclaration } from '../open/open-declaration.ts';
import { openRota } from '../open/open-rota.ts';
import { asHomeManagerModule } from '../output/home-manager.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota render`: writes what apply would install. Exits 1 when a job is refused; the others are written all the same. */
export async function run(context: CommandContext): Promise<number> {
  const { options } = context;
  const declaration = await openDeclaration(context, context.args);
  const nix = forNix(context);
  const name = nix ? 'systemd' : (options.backend ?? declaration.backend);
  if (name === undefined) throw new RotaError('ROTA_USAGE', 'Expected --backend systemd, cron or taskscheduler.');
  const dialect = await dialectOf(context, name);
  const rota = await openRota(context, declaration);
  const declared = nix ? { ...declaration, jobs: declaration.all.filter(({ enabled }) => enabled) } : declaration;
  const plain = await rota.render(declared, {
    backend: name,
    ...(dialect === undefined ? {} : { dialect }),
    ...(options.systemTimezone === undefined ? {} : { systemTimezone: options.systemTimezone }),
    ...(options.from === undefined ? {} : { from: options.from }),
  });
  const rendering = nix ? await asHomeManagerModule(context, declared, plain) : plain;
  const data = { formatVersion: 1, jobs: rendering.jobs.map(renderedJson) };
  const refused = rendering.jobs.filter((job) => job.fidelity === 'refused');
  if (options.out !== undefined) {
    const folder = resolve(context.io.cwd, options.out);
    for (const { name: file, content, encoding } of rendering.files) {
      // Task Scheduler takes UTF-16 with a byte order mark.
      write(join(folder, file), encoding === 'utf-16le' ? Buffer.from(`\ufeff${content}`, 'utf16le') : content);
    }
    write(join(folder, 'render.json'), `${JSON.stringify(data, null, 2)}\n`);
    context.say(`Wrote ${rendering.files.length} files and render.json to ${options.out}. Nothing was installed.`);
  }
  if (context.json) context.printJson(data);
  else if (options.out === undefined) {
    for (const file of nix ? rendering.files.slice(0, 1) : rendering.files) {
      context.print(context.colors.dim(`# ${file.name}`));
      context.print(file.content);
    }
  }
  for (const job of refused) context.say(`refused: ${printJobKey(job)}: ${job.reason ?? ''}`);
  return refused.length > 0 ? 1 : 0;
}

/** `--format nix` is of systemd and nothing else. */
function forNix({ options }: CommandContext): boolean {
  if (options.format === undefined) return false;
  if (options.format !== 'nix') throw new RotaError('ROTA_USAGE', `--format is \`nix\` or absent, not \`${options.format}\`.`);
  if (options.backend === undefined || options.backend === 'systemd') return true;
  throw new RotaError(
    'ROTA_USAGE',
    `home-manager has user units of systemd; --format nix does not go with --backend ${options.backend}.`,
  );
}

async function dialectOf({ options }: CommandContext, name: string): Promise<Dialect | undefined> {
  if (options.systemdVersion !== undefined) {
    if (name !== 'systemd') throw new RotaError('ROTA_USAGE', `--systemd-version is of the backend systemd, not of ${name}.`);
    return { name: 'systemd', version: options.systemdVersion };
  }
  return options.dialect === undefined ? undefined : knownDialect(await loadBackend(name), options.dialect);
}

function renderedJson(job: RenderedJob) {
  const { horizon, ...rest } = job;
  const yearStart = (year: number): string => instantText(Date.UTC(year, 0, 1) / 1000);
  return { ...rest, horizon: horizon === null ? null : { from: yearStart(horizon.fromYear), to: yearStart(horizon.toYear + 1) } };
}

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
