import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRotaError } from '@rota/core';
import { afterFile, temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { type SyncResult, syncDotfiles } from './sync/sync-dotfiles.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { makeWorld } from './testing/world.ts';

/** A file system of a few MiB, which `run-on-machine.ts` mounts. */
const small = '/mnt/small';
const text = 'one\ntwo\nthree\nfour\nfive\n';

test('a disk that is full, at whichever step of a sync, costs no edit, and the sync after it goes on', async () => {
  const root = mkdtempSync(join(small, 'world-'));
  afterFile(() => rmSync(root, { recursive: true, force: true }));
  // Only one of the hosts is on it.
  const elsewhere = temporaryFolder();
  for (const name of ['origin.git', 'b']) {
    mkdirSync(join(elsewhere, name));
    symlinkSync(join(elsewhere, name), join(root, name));
  }
  const world = await makeWorld(root);
  const [a, b] = await hostsInStep(world, { '.one': text, '.two': text });
  const filler = join(root, 'filler');
  const said: string[] = [];
  let isReached = true;
  for (let step = 0; isReached; step += process.env.ROTA_LONG ? 1 : 4) {
    const mark = `step ${step}`;
    a.write('.one', text.replace('one', mark));
    b.write('.two', text.replace('one', mark));
    await b.sync();
    let started = 0;
    const run: typeof a.host.run = async (request) => {
      if (started === step) fill(filler);
      started += 1;
      return await a.host.run(request);
    };
    const outcome = await syncDotfiles({ ...a.host, run }, a.options).catch((error: unknown) => error);
    isReached = started > step;
    rmSync(filler, { force: true });
    // Nothing but a state or an error with a name.
    const what = isRotaError(outcome) ? outcome.code : (outcome as SyncResult).status?.state;
    expect(what, `${mark}: ${outcome}`).toBeDefined();
    said.push(what);
    for (const host of [a, b, a]) expect(await host.sync(), mark).toMatchObject({ state: 'ok' });
    for (const host of [a, b]) for (const path of ['.one', '.two']) expect(host.read(path), mark).toContain(mark);
  }
  expect(said.length).toBeGreaterThan(4);
  expect(said[0]).toBe('ROTA_DOTFILES_FAILED');
  expect(said.at(-1)).toBe('ok');
});

/** Takes all that is free. */
function fill(path: string): void {
  for (const size of [65_536, 4096, 1]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }
}
