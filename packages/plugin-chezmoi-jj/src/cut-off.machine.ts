import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { resolve } from './conflicts/resolve.ts';
import { afterApply, atReAdd, cutOffAt } from './testing/cut-off-at.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { newWorld } from './testing/new-world.ts';
import type { World } from './testing/world.ts';

const text = 'one\ntwo\nthree\nfour\nfive\n';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

describe('a new file that is edited after the sync that brought it was cut off', () => {
  test('is taken as an edit of what was brought, and holds the home back no longer', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    a.write('.new', text);
    await a.chezmoi('add', join(a.home, '.new'));
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    await cutOffAt(b, afterApply);
    b.write('.new', text.replace('one', 'edited'));
    // Meanwhile the other host goes on with it.
    a.write('.new', text.replace('five', 'FIVE'));
    await a.sync();
    await b.sync();
    for (const host of [b, a]) expect(await host.sync()).toMatchObject({ state: 'ok' });
    for (const host of [a, b])
      expect([host.read('.new'), host.read('.zshrc')]).toEqual([
        text.replace('one', 'edited').replace('five', 'FIVE'),
        text.replace('one', 'ONE'),
      ]);
    expect(await b.sync()).toMatchObject({ state: 'ok', captured: [], applied: [], ahead: 0, behind: 0 });
  });

  test('is a conflict where both have edited the same line', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    a.write('.new', text);
    await a.chezmoi('add', join(a.home, '.new'));
    await a.sync();
    await cutOffAt(b, afterApply);
    b.write('.new', text.replace('one', 'b'));
    a.write('.new', text.replace('one', 'a'));
    await a.sync();
    await b.sync();
    expect(await b.sync()).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.new' }] });
    expect(b.read('.new')).toBe(text.replace('one', 'b'));
    await resolve(b.host, b.options, '.new', { from: 'local' });
    for (const host of [b, a, b]) await host.sync();
    for (const host of [a, b]) {
      expect(host.read('.new')).toBe(text.replace('one', 'b'));
      expect(await host.sync()).toMatchObject({ state: 'ok', ahead: 0, behind: 0 });
    }
  });

  test('is an edit of the version that was written here, so that what it deletes of that stays deleted', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    a.write('.new', text);
    await a.chezmoi('add', join(a.home, '.new'));
    await a.sync();
    a.write('.new', `${text}six\n`);
    await a.sync();
    await cutOffAt(b, afterApply);
    b.write('.new', text);
    await b.sync();
    for (const host of [b, b, a]) expect(await host.sync()).toMatchObject({ state: 'ok' });
    for (const host of [a, b]) expect(host.read('.new')).toBe(text);
  });

  test('reverts nothing of this host where the way back from there is cut off', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    b.write('.zshrc', text.replace('five', 'FIVE'));
    b.reach(false);
    await b.sync();
    b.reach(true);
    a.write('.new', text);
    await a.chezmoi('add', join(a.home, '.new'));
    await a.sync();
    await cutOffAt(b, afterApply);
    b.write('.new', text.replace('one', 'edited'));
    let isTaken = false;
    const isNewAfterReAdd: Parameters<typeof cutOffAt>[1] = (request) => {
      isTaken ||= atReAdd(request);
      return isTaken && request.args.includes('new');
    };
    await cutOffAt(b, isNewAfterReAdd, async (request) => {
      await b.host.run(request);
      writeFileSync(join(b.tree, 'dot_zshrc'), text);
    });
    for (const host of [b, b, a]) await host.sync();
    for (const host of [a, b])
      expect([host.read('.zshrc'), host.read('.new')]).toEqual([text.replace('five', 'FIVE'), text.replace('one', 'edited')]);
  });

  test('is reported where a template made it, and everything else goes on', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    writeFileSync(join(a.tree, 'dot_made.tmpl'), 'made {{ "here" }}\n');
    a.write('.new', text);
    await a.chezmoi('add', join(a.home, '.new'));
    await a.sync();
    await cutOffAt(b, afterApply);
    b.write('.made', 'edited\n');
    expect((await b.sync()).drift).toEqual([{ path: '.made', reason: 'edited-template' }]);
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    expect(await b.sync()).toMatchObject({ applied: ['.zshrc'], drift: [{ path: '.made', reason: 'edited-template' }] });
    await resolve(b.host, b.options, '.made', { from: 'remote' });
    expect(await b.sync()).toMatchObject({ state: 'ok', ahead: 0, behind: 0 });
    expect(b.read('.made')).toBe('made here\n');
  });

  test('is told where a secret was written into it, and taken when that is gone', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    a.write('.new', text);
    await a.chezmoi('add', join(a.home, '.new'));
    await a.sync();
    await cutOffAt(b, afterApply);
    b.write('.new', `ghp_${'a1B2c3D4e5'.repeat(4)}\n`);
    expect(await b.sync()).toMatchObject({ state: 'secret-blocked', blockedSecrets: [{ path: '.new' }] });
    b.write('.new', text.replace('one', 'edited'));
    await b.sync();
    expect(await b.sync()).toMatchObject({ state: 'ok', ahead: 0, behind: 0 });
    await a.sync();
    expect(a.read('.new')).toBe(text.replace('one', 'edited'));
  });
});

test.each(['removed', 'renamed'])(
  'a file that another host has %s and that is edited after the sync was cut off is not removed',
  async (how) => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text, '.old': text }, { propagateDeletes: true });
    if (how === 'removed') a.remove('.old');
    else renameSync(join(a.tree, 'dot_old'), join(a.tree, 'dot_new'));
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    await cutOffAt(b, afterApply);
    b.write('.old', text.replace('one', 'edited'));
    for (let time = 0; time < 2; time += 1) await b.sync();
    expect([b.read('.zshrc'), b.read('.old')]).toEqual([text.replace('one', 'ONE'), text.replace('one', 'edited')]);
    expect(await b.sync()).toMatchObject({ state: 'drift', drift: [{ path: '.old', reason: 'source-gone' }] });
  },
);
