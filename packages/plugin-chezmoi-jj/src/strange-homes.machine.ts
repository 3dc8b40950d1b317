import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterFile } from '@rota/test-support';
import { beforeEach, describe, expect, test } from 'vitest';
import { syncDotfiles } from './sync/sync-dotfiles.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { newWorld } from './testing/new-world.ts';
import type { World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

const text = 'one\ntwo\nthree\nfour\nfive\n';

describe('homes as they are', () => {
  test('two syncs of one home at once are one and a "busy", and the edit is taken once', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    a.write('.zshrc', text.replace('one', 'ONE'));
    const states = (await Promise.all([a.sync(), a.sync(), a.sync()])).map(({ state }) => state).sort();
    expect(states).toEqual(['busy', 'busy', 'ok']);
    await b.sync();
    expect(b.read('.zshrc')).toBe(text.replace('one', 'ONE'));

    // A shell and a job of one user may differ in XDG_STATE_HOME, and so in where Rota's state is.
    const other = { ...a.host, stateDir: join(world.root, 'other-state') };
    let meanwhile: string | undefined;
    const run: typeof a.host.run = async (request) => {
      if (request.args.includes('fetch')) meanwhile = (await syncDotfiles(other, a.options)).status.state;
      return await a.host.run(request);
    };
    a.write('.zshrc', text.replace('one', 'UNO'));
    const { status } = await syncDotfiles({ ...a.host, run }, a.options);
    expect([status.state, meanwhile]).toEqual(['ok', 'busy']);
    const { host: name } = status;
    for (const [host, word] of [
      [other, 'EINS'],
      [a.host, 'ETT'],
    ] as const) {
      a.write('.zshrc', text.replace('one', word));
      expect((await syncDotfiles(host, a.options)).status).toMatchObject({ host: name, state: 'ok', captured: ['.zshrc'] });
    }
  });

  test('a state that two syncs of one home shared may go: what the other one knew long ago brings back nothing that others have taken back', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    const other = { ...a.host, stateDir: join(world.root, 'other-state') };
    rmSync(join(a.tree, '.git/rota-sync.json'));
    const { status } = await syncDotfiles(other, a.options);
    b.write('.zshrc', text.replace('one', 'ONE'));
    for (const host of [b, a]) expect(await host.sync()).toMatchObject({ state: 'ok' });
    b.write('.zshrc', text);
    await b.sync();
    rmSync(other.stateDir, { recursive: true });
    a.write('.zshrc', text.replace('one', 'ONE').replace('five', 'FIVE'));
    for (const host of [a, b]) {
      expect(await host.sync()).toMatchObject({ state: 'ok', ...(host === a ? { host: status.host } : {}) });
      expect(host.read('.zshrc')).toBe(text.replace('five', 'FIVE'));
    }
  });

  test('a name that is not UTF-8 stays here, and keeps nothing else from its turn', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    const strange = Buffer.concat([Buffer.from(`${a.home}/.caf`), Buffer.from([0xe9])]);
    writeFileSync(strange, 'latin\n');
    writeFileSync(Buffer.concat([Buffer.from(`${a.tree}/dot_caf`), Buffer.from([0xe9])]), 'latin\n');
    a.write('.zshrc', text.replace('one', 'ONE'));
    expect(await a.sync()).toMatchObject({ captured: ['.zshrc'] });
    await b.sync();
    expect(b.read('.zshrc')).toBe(text.replace('one', 'ONE'));
    writeFileSync(strange, 'edited\n');
    a.write('.zshrc', text.replace('one', 'UNO'));
    expect(await a.sync()).toMatchObject({ captured: ['.zshrc'] });
    expect(existsSync(strange)).toBe(true);
  });

  test('a home may lie on another file system than the repository', async () => {
    const a = world.host('a');
    const other = `/dev/shm/rota-${process.pid}`;
    mkdirSync(other);
    afterFile(() => rmSync(other, { recursive: true, force: true }));
    a.write('.config/chezmoi/chezmoi.toml', `sourceDir = "${other}/dotfiles"\n[add]\nsecrets = "ignore"\n`);
    a.write('.zshrc', text);
    await a.chezmoi('init');
    await a.chezmoi('add', join(a.home, '.zshrc'));
    expect(await a.sync()).toMatchObject({ state: 'ok' });
    const b = world.host('b');
    await b.sync();
    b.write('.zshrc', text.replace('one', 'ONE'));
    await b.sync();
    a.write('.zshrc', text.replace('five', 'FIVE'));
    expect(await a.sync()).toMatchObject({ state: 'ok', captured: ['.zshrc'], applied: ['.zshrc'] });
    expect(a.read('.zshrc')).toBe(text.replace('one', 'ONE').replace('five', 'FIVE'));
    expect(statSync(other).dev).not.toBe(statSync(a.home).dev);
  });

  test('a file that is edited while a sync applies the edit of another host is kept', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text, '.other': 'x\n' });
    a.write('.zshrc', text.replace('one', 'ONE'));
    a.write('.other', 'y\n');
    await a.sync();
    // At the last moment before chezmoi applies: after all that the sync has looked at.
    const run: typeof b.host.run = async (request) => {
      if (request.file === 'chezmoi' && request.args.includes('apply')) b.write('.zshrc', text.replace('five', 'FIVE'));
      return await b.host.run(request);
    };
    await syncDotfiles({ ...b.host, run }, b.options);
    expect(b.read('.zshrc')).toBe(text.replace('five', 'FIVE'));
    expect(await b.sync()).toMatchObject({ captured: ['.zshrc'] });
    await a.sync();
    await b.sync();
    const both = text.replace('one', 'ONE').replace('five', 'FIVE');
    for (const host of [a, b]) expect([host.read('.zshrc'), host.read('.other')]).toEqual([both, 'y\n']);
  });
});
