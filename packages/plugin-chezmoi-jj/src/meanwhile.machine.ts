import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '@rota/test-support';
import { beforeEach, describe, expect, test } from 'vitest';
import { resolve } from './conflicts/resolve.ts';
import { placeOf } from './sync/session/place.ts';
import { syncDotfiles } from './sync/sync-dotfiles.ts';
import { afterApply, atReAdd, cutOffAt } from './testing/cut-off-at.ts';
import { disagree } from './testing/disagree.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { newWorld } from './testing/new-world.ts';
import type { TestHost, World } from './testing/world.ts';

const text = 'one\ntwo\nthree\nfour\nfive\n';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

type Request = Parameters<TestHost['host']['run']>[0];

/** A sync during which something happens right before the first program that `isMoment` names. */
async function syncMeanwhile(
  { host, options }: TestHost,
  isMoment: (request: Request) => boolean,
  happens: () => Promise<void> | void,
): Promise<void> {
  let isOver = false;
  const run: typeof host.run = async (request) => {
    if (!isOver && isMoment(request)) {
      isOver = true;
      await happens();
    }
    return await host.run(request);
  };
  await syncDotfiles({ ...host, run }, options);
  expect(isOver).toBe(true);
}

const isFetch = ({ file, args }: Request): boolean => file === 'jj' && args.includes('fetch');
const isMove = ({ file, args }: Request): boolean => file === 'jj' && args.includes('new') && !args.includes('--no-edit');

describe('while a sync runs', () => {
  test.each([
    ['listens to the remote', isFetch],
    ['goes to the revision of the others', isMove],
  ])('an edit of the source folder while it %s is not left behind', async (_, isMoment) => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text, '.other': 'x\n' });
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    await syncMeanwhile(b, isMoment, () => writeFileSync(join(b.tree, 'dot_zshrc'), text.replace('five', 'FIVE')));
    for (const host of [b, a, b]) expect(await host.sync()).toMatchObject({ state: 'ok' });
    for (const host of [a, b]) expect(host.read('.zshrc')).toBe(text.replace('one', 'ONE').replace('five', 'FIVE'));
  });

  test('a commit that a person makes while it listens to the remote is not left behind', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    await syncMeanwhile(b, isFetch, async () => {
      writeFileSync(join(b.tree, 'dot_zshrc'), text.replace('five', 'FIVE'));
      await b.jj('commit', '-m', 'by hand');
    });
    for (const host of [b, a, b]) expect(await host.sync()).toMatchObject({ state: 'ok' });
    for (const host of [a, b]) expect(host.read('.zshrc')).toBe(text.replace('one', 'ONE').replace('five', 'FIVE'));
  });

  test('an edit of the source folder is kept under one name', async () => {
    const [, b] = await hostsInStep(world, { '.zshrc': text });
    // What is held back stays to be seen.
    writeFileSync(join(b.tree, 'dot_zshrc'), `ghp_${'a1B2c3D4e5'.repeat(4)}\n`);
    expect(await b.sync()).toMatchObject({ state: 'secret-blocked' });
    const names = await b.jj('bookmark', 'list', 'glob:sync/source-*', '-T', 'name ++ "\\n"');
    expect(names.trim().split('\n')).toHaveLength(1);
  });

  test('a file that comes back, and that somebody makes anew at the last moment, is not overwritten', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text }, { propagateDeletes: true });
    b.remove('.zshrc');
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    expect(await b.sync()).toMatchObject({ state: 'conflicted' });
    await resolve(b.host, b.options, '.zshrc', { from: 'remote' });
    await syncMeanwhile(
      b,
      ({ file, args }) => file === 'chezmoi' && args.includes('apply'),
      () => b.write('.zshrc', 'mine\n'),
    );
    expect(b.read('.zshrc')).toBe('mine\n');
    expect((await b.sync()).drift).toEqual([{ path: '.zshrc', reason: 'unknown-here' }]);
    expect(b.read('.zshrc')).toBe('mine\n');
  });
});

test.each([
  ['while the sync lives on', 'managed'],
  ['and the sync with it', 'managed'],
  ['and the sync with it, where no new file is tracked', 'none'],
] as const)(
  'a chezmoi that is killed between the steps of a new name for a source, %s, costs neither the source nor the edit',
  async (who, trackNewFiles) => {
    const inStep = await hostsInStep(world, { '.zshrc': text, '.other': 'x\n' });
    const [a, b] =
      trackNewFiles === 'none' ? ([world.host('a', { trackNewFiles }), world.host('b', { trackNewFiles })] as const) : inStep;
    const state = '.config/chezmoi/chezmoistate.boltdb';
    const killed = (mode: number, rest: string): TestHost['host']['run'] => {
      const [from, to] = mode === 0o600 ? ['dot_zshrc', 'private_dot_zshrc'] : ['private_dot_zshrc', 'dot_zshrc'];
      const script = `cd; cp ${state} state; cd ${a.tree}; cp ${from} ~/from; "$@"; ${rest}; cd; cp state ${state}; kill -9 $$`;
      let isOver = false;
      return async (request) => {
        if (isOver || !atReAdd(request)) return await a.host.run(request);
        isOver = true;
        const args = ['-c', script.replaceAll('FROM', from).replaceAll('TO', to), 'sh', 'chezmoi', ...request.args];
        return await a.host.run({ ...request, file: 'sh', args });
      };
    };
    for (const [round, [mode, rest]] of (
      [
        [0o600, 'cp ~/from FROM'],
        [0o644, 'rm TO'],
      ] as const
    ).entries()) {
      const edit = text.replace('one', `a ${round}`);
      a.write('.zshrc', edit, mode);
      const run = killed(mode, rest);
      if (who === 'while the sync lives on')
        expect((await syncDotfiles({ ...a.host, run }, a.options)).status).toMatchObject({ state: 'ok' });
      else await cutOffAt(a, atReAdd, run);
      for (const host of [a, b, a]) expect(await host.sync(), rest).toMatchObject({ state: 'ok' });
      expect([b.read('.zshrc'), b.mode('.zshrc')]).toEqual([edit, mode]);
      b.write('.zshrc', edit.replace('five', 'FIVE'), mode);
      for (const host of [b, a]) expect(await host.sync(), rest).toMatchObject({ state: 'ok', drift: [] });
      expect(a.read('.zshrc')).toBe(edit.replace('five', 'FIVE'));
    }
    expect(Object.keys((await world.published()) ?? {})).toEqual(['dot_other', 'dot_zshrc']);
  },
);

describe('after a sync that was cut off', () => {
  test('what a person decides is not taken back', async () => {
    const [a, b] = await hostsInStep(world, { '.one': text, '.two': text, '.other': 'x\n' });
    await disagree([a, b], text);
    expect(await b.sync()).toMatchObject({ state: 'conflicted' });
    // The merge that waits is moved to what is new, and that is the last thing that happens.
    a.write('.other', 'y\n');
    await a.sync();
    await cutOffAt(b, ({ args }) => args.includes('rebase'));
    const take = { from: 'edit', text: text.replace('one', 'a and b') } as const;
    expect(await resolve(b.host, b.options, '.one', take)).toMatchObject({ left: ['.two'] });
    expect(await b.sync()).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.two' }] });
  });

  test('an edit of what it had brought does not bring back what another host has taken back since', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    await cutOffAt(b, afterApply);
    b.write('.zshrc', text.replace('one', 'ONE').replace('five', 'FIVE'));
    a.write('.zshrc', text);
    await a.sync();
    for (let time = 0; time < 2; time += 1) await b.sync();
    for (const host of [a, b]) expect(await host.sync()).toMatchObject({ state: 'ok' });
    for (const host of [a, b]) expect(host.read('.zshrc')).toBe(text.replace('five', 'FIVE'));
  });

  test('a source that was about to get another name is not taken for deleted', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    a.write('.zshrc', text.replace('one', 'ONE'), 0o600);
    const state = join(a.home, '.config/chezmoi/chezmoistate.boltdb');
    await cutOffAt(a, atReAdd, async (request) => {
      // Between the steps of chezmoi: it has not written the new one yet, nor that it did.
      const before = readFileSync(state);
      await a.host.run(request);
      writeFileSync(state, before);
      rmSync(join(a.tree, 'private_dot_zshrc'));
    });
    // Thought better of: nothing that a capture would take again.
    a.write('.zshrc', text, 0o644);
    for (const host of [a, b, a]) expect(await host.sync()).toMatchObject({ state: 'ok' });
    expect(await world.published()).toEqual({ dot_zshrc: text.trimEnd() });
  });

  test('by an older version, which did not write down what it took, a source that was about to get another name is not taken for deleted', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    a.write('.zshrc', text.replace('one', 'ONE'), 0o600);
    await cutOffAt(a, atReAdd, () => rmSync(join(a.tree, 'dot_zshrc')));
    const { journal } = placeOf(a.host);
    const { taking, ...older } = JSON.parse(readFileSync(journal, 'utf8'));
    expect(taking).toEqual(['dot_zshrc']);
    writeFileSync(journal, JSON.stringify(older));
    a.write('.zshrc', text, 0o644);
    for (const host of [a, b, a]) expect(await host.sync()).toMatchObject({ state: 'ok' });
    expect(await world.published()).toEqual({ dot_zshrc: text.trimEnd() });
  });

  test('a source that was put back once is forgotten for good where a person says so before the next sync', async () => {
    const [a] = await hostsInStep(world, { '.zshrc': text, '.other': 'x\n' });
    a.write('.zshrc', text.replace('one', 'ONE'), 0o600);
    await cutOffAt(a, atReAdd, () => rmSync(join(a.tree, 'dot_zshrc')));
    // Looks at what was cut off, and finds nothing to decide.
    await expect(resolve(a.host, a.options, '.other', { from: 'local' })).rejects.toMatchObject({ code: 'ROTA_DOTFILES_PATH' });
    expect(existsSync(join(a.tree, 'dot_zshrc'))).toBe(true);
    await a.chezmoi('forget', '--force', join(a.home, '.zshrc'));
    expect(await a.sync()).toMatchObject({ state: 'ok' });
    expect(await world.published()).toEqual({ dot_other: 'x' });
  });

  test('a dotfile that a person makes chezmoi forget when a sync could not take edits is forgotten, edited or not', async () => {
    const [, b] = await hostsInStep(world, { '.zshrc': text, '.old': text, '.idle': text });
    b.write('.old', text.replace('one', 'ONE'));
    const state = join(b.home, '.config/chezmoi/chezmoistate.boltdb');
    const [taken, free] = [join(world.root, 'taken'), join(world.root, 'free')];
    const run: typeof b.host.run = async (request) => {
      if (!request.args.includes('re-add')) return await b.host.run(request);
      // bbolt takes flock(2).
      const held = exec('flock', [state, 'sh', '-c', 'touch "$1"; until [ -e "$2" ]; do sleep 0.1; done', 'sh', taken, free]);
      await expect.poll(() => existsSync(taken)).toBe(true);
      const result = await b.host.run(request);
      writeFileSync(free, '');
      await held;
      return result;
    };
    const { status } = await syncDotfiles({ ...b.host, run }, { ...b.options, retries: 0 });
    expect(status).toMatchObject({ state: 'busy' });
    for (const path of ['.old', '.idle']) await b.chezmoi('forget', '--force', join(b.home, path));
    expect(await b.sync()).toMatchObject({ state: 'ok' });
    expect(await world.published()).toEqual({ dot_zshrc: text.trimEnd() });
    expect(b.read('.old')).toBe(text.replace('one', 'ONE'));
  });

  test('a file that is edited where no edits are taken keeps nothing of others away, and is an edit of its own version when they are', async () => {
    const [a, taking] = await hostsInStep(world, { '.zshrc': text });
    const b = world.host('b', { autoCommit: false });
    a.write('.new', text);
    await a.chezmoi('add', join(a.home, '.new'));
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    await cutOffAt(b, afterApply);
    for (const path of ['.new', '.zshrc']) b.write(path, `${b.read(path)}six\n`);
    // Meanwhile the other host goes on, and takes back what it had done.
    for (const path of ['.new', '.zshrc']) a.write(path, text.replace('two', 'TWO'));
    a.write('.newer', 'newer\n');
    await a.chezmoi('add', join(a.home, '.newer'));
    await a.sync();
    const drift = ['.new', '.zshrc'].map((path) => expect.objectContaining({ path }));
    for (let time = 0; time < 2; time += 1)
      expect(await b.sync()).toMatchObject({ state: 'drift', captured: [], behind: 0, drift });
    expect(b.read('.newer')).toBe('newer\n');
    await taking.sync();
    for (const host of [taking, a]) expect(await host.sync()).toMatchObject({ state: 'ok', ahead: 0, behind: 0 });
    for (const host of [a, b])
      for (const path of ['.new', '.zshrc']) expect(host.read(path), path).toBe(`${text.replace('two', 'TWO')}six\n`);
  });
});
