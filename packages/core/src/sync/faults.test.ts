import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultPlan, faultyFiles } from '../apply/faulty-files.fixture.ts';
import { folderBackend } from '../apply/folder-backend.fixture.ts';
import { createRota } from '../face/create-rota.ts';
import { nodeFiles } from '../host/node-files.ts';
import { namespaceLayout } from '../state/layout.ts';
import { type GitWorkplace, gitWorkplace, manifest } from './git-workplace.test-support.ts';
import { syncLayout } from './sync-layout.ts';
import { syncRepository } from './sync-repository.ts';
import { readSyncStatus } from './sync-status.ts';

let place: GitWorkplace;
beforeEach(() => {
  place = gitWorkplace();
  writeFileSync(join(place.root, 'machine/foreign'), 'not ours \r\n\t');
});
afterEach(() => place.dispose());

/** Every effect in the long run; a bounded number of them otherwise, others at each mode. */
const stride = process.env.ROTA_LONG ? 1 : 3;
const texts = (): string =>
  JSON.stringify(place.installed().map((name) => [name, readFileSync(join(place.root, 'machine', `${name}.entry`), 'utf8')]));

/** The process that died was this one, which lives: nobody is behind its locks any more. */
function buryDead(): void {
  const state = join(place.root, 'state');
  for (const lock of [namespaceLayout(state, 'default').lock, syncLayout(state, 'default').lock])
    for (const path of [lock, `${lock}.break`]) {
      const text = nodeFiles.readText(path);
      if (text !== undefined) writeFileSync(path, JSON.stringify({ ...JSON.parse(text), pid: 2 ** 22 + 7, startTicks: '1' }));
    }
}

describe.each<FaultPlan['mode']>(['error', 'kill', 'kill-after'])('a sync of which one effect fails (%s)', (mode) => {
  it('leaves the old or the new revision, and the next one takes the new one, whichever effect it is', async () => {
    for (const name of ['stays', 'goes', 'changes']) place.write(`jobs/${name}.yaml`, manifest(name));
    place.commit();
    await place.sync();
    const outcomes = new Set<string>();
    const firsts = { error: 1, kill: 2, 'kill-after': 3 };
    for (let at = firsts[mode], round = 1; ; at += stride, round++) {
      const old = texts();
      place.write('jobs/changes.yaml', manifest('changes', { argument: String(round) }));
      if (round % 2 === 1) place.remove('jobs/goes.yaml');
      else place.write('jobs/goes.yaml', manifest('goes'));
      const revision = place.commit();
      const files = faultyFiles(nodeFiles, { at, mode });
      const backends = [folderBackend('folder', join(place.root, 'machine'))];
      const faulty = createRota({ host: { ...place.rota.host, files }, backends });
      const failed = await syncRepository(faulty, { repo: place.repo }).then(
        () => false,
        () => true,
      );
      buryDead();
      const interrupted = texts();
      const next = await place.sync();
      expect(next.revision.id).toBe(revision);
      // What the fault left is the old one, or the new one, or was finished or undone by the sync that came next, which says so.
      const recovered = next.applied?.recovered?.outcome;
      if (recovered === undefined) expect([old, texts()]).toContain(interrupted);
      outcomes.add(recovered ?? next.outcome);
      expect(place.installed()).toEqual(
        ['changes', ...(round % 2 === 1 ? [] : ['goes']), 'stays'].map((name) => `default.acme.${name}`),
      );
      expect(readSyncStatus(place.rota.host, 'default')).toMatchObject({ revision: { id: revision }, error: null, failures: 0 });
      expect(readFileSync(join(place.root, 'machine/foreign'), 'utf8')).toBe('not ours \r\n\t');
      expect(await place.sync()).toMatchObject({ outcome: 'unchanged' });
      if (!failed && files.count() < at) break;
      expect(at).toBeLessThan(400);
    }
    expect([...outcomes]).toEqual(expect.arrayContaining(['applied', 'unchanged']));
    if (mode !== 'error') expect([...outcomes]).toContain('completed');
  });
});

it('what a sync that was killed left of its files is gone after the next one', async () => {
  place.write('jobs/one.yaml', manifest('one'));
  place.commit();
  await place.sync();
  const { root } = syncLayout(join(place.root, 'state'), 'default');
  mkdirSync(join(root, 'tree-killed/jobs'), { recursive: true });
  writeFileSync(join(root, 'tree-killed/jobs/one.yaml'), '');
  await place.sync();
  expect(readdirSync(root).sort()).toEqual(['repository.git', 'status.json']);
});

it('where not even the status can be written, the error is the one that came first', async () => {
  place.write('jobs/one.yaml', 'no manifest');
  place.commit();
  const files = {
    ...nodeFiles,
    write: () => {
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    },
  };
  await place.sync().catch(() => undefined);
  const rota = createRota({
    host: { ...place.rota.host, files },
    backends: [folderBackend('folder', join(place.root, 'machine'))],
  });
  await expect(syncRepository(rota, { repo: place.repo })).rejects.toMatchObject({ code: 'ROTA_DECLARATION_INVALID' });
});
