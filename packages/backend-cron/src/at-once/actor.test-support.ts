import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  adoptsAnnotation,
  bareJob,
  createHost,
  createRota,
  installedEntries,
  isRotaError,
  type Job,
  type Plan,
  printAdoption,
  syncRepository,
} from '@rota/core';
import { cron } from '../cron.ts';
import type { Act, Answer } from './acts.test-support.ts';

const [program = '', root = ''] = process.argv.slice(2);
const real = createHost({ stateDir: join(root, 'state'), hostname: 'here', timezone: 'UTC' });
const host: typeof real = {
  ...real,
  run: (request) => real.run({ ...request, file: program, args: [request.file, ...request.args] }),
};
const rota = createRota({ host, backends: [cron()] });
/** Far from any day on which this runs: an adoption waits until no fire time is near. */
const schedule = '0 0 29 2 *';

const job = (name: string, text: string, annotations: Job['annotations'] = {}): Job => ({
  ...bareJob(schedule, 'UTC'),
  tenant: 'acme',
  name,
  annotations,
  command: ['/bin/echo', text],
});

async function plan(
  text: string,
  more: { readonly repair?: boolean; readonly original?: string | undefined } = {},
): Promise<Plan> {
  const { original, ...options } = more;
  const entry =
    original === undefined ? undefined : (await rota.backends[0]?.inventory?.(host))?.find((one) => one.text === original);
  const adopts =
    entry?.identity === undefined ? {} : { [adoptsAnnotation]: printAdoption({ backend: 'cron', ...entry.identity }) };
  const jobs = [job('shared', text, adopts), job('other', text)];
  const declared = { namespace: 'default', source: 'test', jobs, excluded: [], hostname: 'here', warnings: [] };
  return rota.plan(declared, { takeOver: true, adopt: original !== undefined, ...options });
}

const acts: Readonly<Record<Act['do'], (act: Act) => Promise<string>>> = {
  async apply({ text }) {
    await rota.apply(await plan(text), { allowRemovals: true });
    return 'done';
  },
  async repair({ text }) {
    await rota.apply(await plan(text, { repair: true }), { allowRemovals: true });
    return 'done';
  },
  async adopt({ text, original }) {
    const adoption = await plan(text, { original });
    if (!adoption.changes.some(({ action }) => action === 'adopt')) return 'edited before it was planned';
    await rota.apply(adoption, { allowRemovals: true });
    return 'done';
  },
  async sync({ text }) {
    await syncRepository(rota, {
      repo: join(root, 'repo'),
      ref: text,
      takeOver: true,
      allowRewind: true,
      allowRemovals: true,
      resume: true,
    });
    return 'done';
  },
  async run() {
    return (await rota.run('acme/shared'))?.status ?? 'not waited for';
  },
  /** As a person does it: `crontab -e` gives a copy to the editor, and whatever it saved takes the place of all that stands there then. */
  async edit({ text, sed = '', takesMs = 0 }) {
    const editor = join(dirname(program), 'editor');
    // crontab(1) looks at the whole seconds of the time of the file only.
    writeFileSync(
      editor,
      `#!/bin/sh\n${sed === '' ? '' : `sed -i ${sed} "$1"\n`}echo '${text}' >>"$1"\nsleep ${takesMs / 1000}\ntouch -d '1 minute' "$1"\n`,
    );
    chmodSync(editor, 0o755);
    const { exitCode, stderr } = await host.run({ file: 'crontab', args: ['-e'], env: { VISUAL: editor, EDITOR: editor } });
    return exitCode === 0 ? 'done' : stderr;
  },
  async look() {
    const { stdout } = await host.run({ file: 'crontab', args: ['-l'] });
    const folder = join(root, 'state/namespaces/default');
    const jobs = existsSync(folder) ? await rota.status() : [];
    const texts = new Map(installedEntries(host, 'default').map(({ job: { name, command } }) => [name, command.at(-1)]));
    return JSON.stringify({
      table: stdout,
      jobs: jobs.map(({ name, state }) => ({ name, state, text: texts.get(name) })),
      left: [...host.files.list(folder), ...host.files.list(host.stateDir)].filter((name) =>
        /lock(\.break)?$|journal|crontab\.before/.test(name),
      ),
    });
  },
};

for await (const line of createInterface(process.stdin)) {
  const act: Act = JSON.parse(line);
  const started = Date.now();
  let answer: Pick<Answer, 'outcome' | 'message'>;
  try {
    await new Promise((done) => setTimeout(done, act.afterMs ?? 0));
    answer = { outcome: await acts[act.do](act) };
  } catch (error) {
    if (!isRotaError(error)) throw error;
    answer = { outcome: error.code, message: error.message };
  }
  process.stdout.write(`${JSON.stringify({ ...answer, tookMs: Date.now() - started - (act.afterMs ?? 0) })}\n`);
}
