import {
  bundleRota,
  installRota,
  requirePart,
  schemaProblems,
  type TestMachine,
  testMachine,
  testMachinePart,
} from '@rota/test-support';
import { expect, test } from 'vitest';
import * as schemas from './commands/output-schemas.ts';
import type { SyncStatus } from './status/sync-status.ts';
import { letIn, serveRepository } from './testing/hub.ts';

const describe = requirePart(testMachinePart);

const user = 'ada';
const home = `/home/${user}`;

/** A machine of its own for each host, and one with the remote, which they reach with ssh. */
describe('three machines and a Git remote', () => {
  test('the whole path: set-up by the first sync, edits, no network, a conflict, its decision, a power cut, the job', async () => {
    const parts = await bundleRota('plugin-chezmoi-jj');
    const network = { network: 'dotfiles' };
    const remote = await testMachine('hub', network);
    const hosts = [];
    for (const name of ['desk', 'lap', 'attic']) hosts.push(await testMachine(name, network));
    const [desk, lap, attic] = hosts;
    if (desk === undefined || lap === undefined || attic === undefined) throw new TypeError('three machines');
    await serveRepository(remote);
    for (const host of hosts) {
      await letIn(remote, host, user);
      await installRota(host, parts);
      await put(host, 'jobs.config.mjs', config);
    }

    // The first sync makes the repository of the first host from what is there, and clones on the others.
    await put(desk, '.zshrc', 'one\ntwo\nthree\nfour\nfive\n');
    await as(desk, 'chezmoi init && chezmoi add ~/.zshrc');
    for (const host of hosts) expect(await sync(host)).toMatchObject({ state: 'ok' });
    expect(await get(lap, '.zshrc')).toBe('one\ntwo\nthree\nfour\nfive\n');

    // Edits of two hosts meet, and the third, which nobody touched, reverts neither.
    await put(desk, '.zshrc', 'ONE\ntwo\nthree\nfour\nfive\n');
    await put(lap, '.zshrc', 'one\ntwo\nthree\nfour\nFIVE\n');
    for (const host of [...hosts, ...hosts]) expect(await sync(host)).toMatchObject({ state: 'ok' });
    for (const host of hosts) expect(await get(host, '.zshrc')).toBe('ONE\ntwo\nthree\nfour\nFIVE\n');

    // Without a network a sync is no failure, and what was taken goes out later.
    await lap.output('ip', ['link', 'set', 'eth0', 'down']);
    await put(lap, '.zshrc', 'lap\ntwo\nthree\nfour\nFIVE\n');
    expect(await sync(lap)).toMatchObject({ state: 'offline', captured: ['.zshrc'], pendingPush: true });
    await put(desk, '.zshrc', 'desk\ntwo\nthree\nfour\nFIVE\n');
    expect(await sync(desk)).toMatchObject({ state: 'ok' });
    await lap.output('sh', ['-c', 'ip link set eth0 up']);
    const address = (await lap.output('sh', ['-c', "grep -w lap /etc/hosts | cut -d' ' -f1 | grep 10.99 | tail -n1"])).trim();
    await lap.exec('ip', ['addr', 'add', `${address}/24`, 'dev', 'eth0']);

    // The same line was edited twice: both stay as they are, and everybody can see it.
    expect(await sync(lap)).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.zshrc' }], pendingPush: false });
    expect(await get(lap, '.zshrc')).toContain('lap\n');
    expect(await sync(attic)).toMatchObject({ state: 'ok' });
    expect(await get(attic, '.zshrc')).toContain('desk\n');
    const fleet = await rota<{ readonly hosts: readonly object[]; readonly silent: readonly string[] }>(
      attic,
      'chezmoi fleet --json',
    );
    expect(fleet.silent).toEqual(['shed']);
    expect(fleet.hosts).toContainEqual(
      expect.objectContaining({ host: expect.stringMatching(/^host\/lap-/), disagreesOn: ['.zshrc'] }),
    );
    for (const name of ['chezmoi-show-conflicts', 'chezmoi-status', 'chezmoi-sync'])
      expect(await as(lap, `rota ${name}`)).toContain('.zshrc');
    expect(await rota(lap, 'chezmoi conflicts --json')).toMatchObject({ conflicts: [{ path: '.zshrc' }] });
    expect(await rota(lap, 'chezmoi status --json')).toMatchObject({ state: 'conflicted' });
    expect(await rota(lap, 'chezmoi sync --dry-run --json')).toMatchObject({ state: 'conflicted', captured: [], applied: [] });
    expect((await lap.exec('rota', ['chezmoi', 'sync', '--strict'], { user, cwd: home, env: { HOME: home } })).exitCode).toBe(3);
    expect(await rota(lap, 'chezmoi resolve .zshrc --take local --json')).toMatchObject({ left: [], status: { state: 'ok' } });
    for (const host of hosts) expect(await sync(host)).toMatchObject({ state: 'ok' });
    for (const host of hosts) expect(await get(host, '.zshrc')).toBe('lap\ntwo\nthree\nfour\nFIVE\n');

    // The power fails in the middle of a sync.
    await put(attic, '.zshrc', 'lap\ntwo\nattic\nfour\nFIVE\n');
    await attic.output('sync', []);
    void as(attic, 'rota chezmoi sync').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 600));
    await attic.reboot({ hard: true });
    for (const host of [attic, desk, lap]) expect(await sync(host)).toMatchObject({ state: 'ok' });
    for (const host of hosts) expect(await get(host, '.zshrc')).toBe('lap\ntwo\nattic\nfour\nFIVE\n');

    // The job is one line of the config, and systemd runs it.
    await as(lap, 'rota apply --yes');
    await put(lap, '.zshrc', 'lap\nby the job\nattic\nfour\nFIVE\n');
    await as(lap, 'rota run chezmoi-sync');
    expect(await rota(lap, 'chezmoi status --json')).toMatchObject({ state: 'ok', captured: ['.zshrc'] });
    expect(await as(lap, 'rota status')).toContain('Dotfiles');
    await sync(desk);
    expect(await get(desk, '.zshrc')).toContain('by the job\n');

    // What a person has to know, the job writes into the journal as a warning.
    await put(desk, '.zshrc', 'desk\nby the job\nattic\nfour\nFIVE\n');
    await put(lap, '.zshrc', 'again\nby the job\nattic\nfour\nFIVE\n');
    await sync(desk);
    await as(lap, 'cd ~/.config/systemd/user; systemctl --user start $(ls | grep "chezmoi-sync.*service$")');
    expect(await as(lap, 'journalctl --user --priority=warning --output=cat')).toMatch(/host\/lap-\w+ is conflicted: \.zshrc/);
    expect(await rota(lap, 'chezmoi status --json')).toMatchObject({
      log: expect.arrayContaining([expect.stringContaining('sync(lap): 1 files')]),
    });

    // The last apply can be taken back; that is an edit like any other.
    expect(await rota(desk, 'chezmoi undo --yes --json')).toMatchObject({ restored: ['.zshrc'] });
    expect(await get(desk, '.zshrc')).not.toContain('by the job\n');
  });
});

const config = `import { chezmoiJj } from '/opt/rota/node_modules/@rota/plugin-chezmoi-jj/index.js';
export default {
  tenant: 'home',
  hosts: [{ name: 'desk' }, { name: 'lap' }, { name: 'attic' }, { name: 'shed' }],
  plugins: [chezmoiJj({ enable: true, repoUrl: 'git@hub:dotfiles.git' })],
};
`;

async function as(host: TestMachine, command: string): Promise<string> {
  return await host.output('sh', ['-c', command], { user, cwd: home, env: { HOME: home }, timeoutMs: 120_000 });
}

/** What a command prints with `--json`, which is what `rota schema` promises. */
async function rota<T = object>(host: TestMachine, words: string): Promise<T> {
  const answer = JSON.parse(await as(host, `rota ${words}`));
  const name = `${words.split(' ')[1]}Output`;
  const schema = Object.entries(schemas).find(([key]) => key === name)?.[1];
  expect(schema, name).toBeDefined();
  expect(schemaProblems(schema ?? {}, answer)).toBe('');
  return answer;
}

async function sync(host: TestMachine): Promise<SyncStatus> {
  return await rota<SyncStatus>(host, 'chezmoi sync --json');
}

async function put(host: TestMachine, path: string, text: string): Promise<void> {
  await host.output('sh', ['-c', 'cat >"$1"', 'sh', `${home}/${path}`], { user, input: text });
}

async function get(host: TestMachine, path: string): Promise<string> {
  return await host.output('cat', [`${home}/${path}`], { user }).then((text) => `${text}\n`);
}
