import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderBackend } from '../apply/folder-backend.fixture.ts';
import { isRotaError } from '../errors/rota-error.ts';
import { createRota } from '../face/create-rota.ts';
import { createHost } from '../host/create-host.ts';
import { bareJob } from '../job/bare-job.ts';
import { syncRepository } from './sync-repository.ts';

/**
 * A process of its own that applies, synchronises, or edits what stands in the scheduler as a person would, again and again until its rounds are over or a file `enough` is there:
 * `actor ROOT apply|repair|sync|edit ROUNDS NAME`. Prints how often each thing happened, as JSON. What is not a refusal that it may meet ends it with
 * an error.
 */
async function main([root = '', mode, rounds, name = '']: readonly string[]): Promise<void> {
  const host = createHost({ stateDir: join(root, 'state'), hostname: 'here', timezone: 'UTC' });
  const rota = createRota({ host, backends: [folderBackend('folder', join(root, 'machine'))] });
  const counts: Record<string, number> = {};
  for (let round = 0; round < Number(rounds) && !existsSync(join(root, 'enough')); round++) {
    let outcome: string;
    try {
      outcome = mode === 'sync' ? await sync(round) : mode === 'edit' ? await edit(round) : await apply(round);
    } catch (error) {
      if (!isRotaError(error) || !['ROTA_PLAN_STALE', 'ROTA_LOCK_HELD', 'ROTA_APPLY_FAILED'].includes(error.code)) throw error;
      outcome = error.code;
    }
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  process.stdout.write(JSON.stringify(counts));

  async function apply(round: number): Promise<string> {
    const jobs = ['shared', name].map((job) => ({
      ...bareJob('0 6 * * *', 'UTC'),
      tenant: 'acme',
      name: job,
      trigger: { kind: 'boot' as const },
      command: ['/bin/echo', name, String(round)],
    }));
    const declared = { namespace: 'default', source: name, jobs, excluded: [], hostname: 'here', warnings: [] };
    const plan = await rota.plan(declared, { takeOver: true, repair: mode === 'repair' && round % 2 === 0 });
    await rota.apply(plan, { allowRemovals: true });
    return 'applied';
  }

  /** A line of somebody else, and now and then an entry of Rota's; saved as editors save, under another name that then takes the place. */
  async function edit(round: number): Promise<string> {
    const save = (file: string, text: string): void => {
      writeFileSync(join(root, 'machine/.saved'), text);
      renameSync(join(root, 'machine/.saved'), join(root, 'machine', file));
    };
    save('foreign', `edited ${round} times \r\n\t`);
    await new Promise((done) => setTimeout(done, round % 20));
    const own = host.files.readText(join(root, 'machine/default.acme.shared.entry'));
    if (round % 4 !== 0 || own === undefined) return 'foreign';
    save('default.acme.shared.entry', own.replace('/bin/echo', '/bin/else'));
    return 'own';
  }

  async function sync(round: number): Promise<string> {
    // Every second round takes the other branch: each is a change.
    const ref = round % 2 === 0 ? 'main' : 'other';
    const options = { repo: join(root, 'repo'), ref, takeOver: true, allowRewind: true, allowRemovals: true, resume: true };
    return (await syncRepository(rota, options)).outcome;
  }
}

await main(process.argv.slice(2));
