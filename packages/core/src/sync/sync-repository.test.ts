import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandPart, requirePart } from '@rota/test-support';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type GitWorkplace, gitWorkplace, manifest } from './git-workplace.test-support.ts';
import { syncRepository } from './sync-repository.ts';
import { readSyncStatus } from './sync-status.ts';

let place: GitWorkplace;
beforeEach(() => {
  place = gitWorkplace();
  place.write('jobs/backup.yaml', manifest('backup'));
  place.write('jobs/poll.yaml', manifest('poll'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  place.dispose();
});

const both = ['default.acme.backup', 'default.acme.poll'];
const status = () => readSyncStatus(place.rota.host, 'default');
const failure = (code: string) => expect.objectContaining({ code });

/** After a sync that has to fail: its code, and that nothing that was installed is gone. */
async function expectRefused(code: string, options = {}): Promise<void> {
  const before = status();
  await expect(place.sync(options)).rejects.toEqual(failure(code));
  expect(place.installed()).toEqual(both);
  expect(status()).toMatchObject({
    outcome: 'failed',
    revision: before?.revision,
    syncedAt: before?.syncedAt,
    failures: (before?.failures ?? 0) + 1,
    error: { code, message: expect.stringMatching(/./) },
  });
  expect(readdirSync(join(place.root, 'state/sync/default')).filter((name) => name.startsWith('tree-'))).toEqual([]);
}

describe('a repository', () => {
  it('is applied once; the same revision again changes nothing; the next one does', async () => {
    const first = place.commit();
    expect(await place.sync()).toMatchObject({ outcome: 'applied', revision: { id: first, subject: 'A change' } });
    expect(place.installed()).toEqual(both);
    expect(await place.sync()).toMatchObject({ outcome: 'unchanged', applied: { changes: [] } });
    place.write('jobs/backup.yaml', manifest('backup', { argument: '2' }));
    const second = place.commit();
    const result = await place.sync();
    expect(result.applied?.changes).toMatchObject([{ action: 'update', name: 'backup' }]);
    expect(status()).toMatchObject({ revision: { id: second }, outcome: 'applied', error: null, failures: 0, ref: 'HEAD' });
    const [entry] = (await place.rota.generations()).at(-1)?.entries ?? [];
    expect(entry?.job.source?.file).toBe(`${place.repo}@${second.slice(0, 12)}:jobs/backup.yaml`);
  });

  it('is read at the ref that is named: a branch, a tag, a commit', async () => {
    const first = place.commit();
    place.git('tag', 'v1');
    place.remove('jobs/poll.yaml');
    place.commit();
    expect(await place.sync({ ref: 'v1' })).toMatchObject({ revision: { id: first } });
    expect(place.installed()).toEqual(both);
    expect(await place.sync({ ref: first })).toMatchObject({ outcome: 'unchanged' });
    expect(await place.sync({ ref: 'main' })).toMatchObject({ outcome: 'applied' });
    expect(place.installed()).toEqual(['default.acme.backup']);
  });

  it('gives this host only its own tenants, and says why not the others', async () => {
    place.write('jobs/other.yaml', manifest('theirs', { tenant: 'other' }));
    place.commit();
    const hostFile = join(place.root, 'host.yaml');
    writeFileSync(hostFile, 'tenants: [acme]\n');
    const result = await place.sync({ hostFile });
    expect(place.installed()).toEqual(both);
    expect(result.notForThisHost).toMatchObject([{ tenant: 'other', name: 'theirs', reason: expect.stringContaining('tenant') }]);
  });

  it('may have submodules, of which nothing is fetched and nothing is read', async () => {
    const inside = place.commit();
    place.write('.gitmodules', '[submodule "more"]\n\tpath = jobs/more\n\turl = https://127.0.0.1:1/more.git\n');
    place.git('update-index', '--add', '--cacheinfo', `160000,${inside},jobs/more`);
    place.git('add', '.gitmodules');
    place.git('commit', '--quiet', '-m', 'A submodule');
    expect(await place.sync()).toMatchObject({ outcome: 'applied' });
    expect(place.installed()).toEqual(both);
  });

  it('is found again without being named', async () => {
    place.commit();
    await place.sync({ path: 'jobs', ref: 'main' });
    expect(await syncRepository(place.rota, {})).toMatchObject({
      source: { repo: place.repo, ref: 'main', path: 'jobs' },
    });
  });
});

describe('what is installed stays, and the status tells why, when', () => {
  beforeEach(async () => {
    place.commit();
    await place.sync();
  });

  it('the repository cannot be reached', async () => {
    rmSync(join(place.repo, '.git'), { recursive: true });
    await expectRefused('ROTA_SYNC_UNREACHABLE');
  });

  it('the ref is gone', () => expectRefused('ROTA_SYNC_REF', { ref: 'gone' }));

  it('one manifest is bad, with the place as the repository names it', async () => {
    place.write('jobs/poll.yaml', manifest('poll').replace('command', 'comand'));
    place.commit();
    await expectRefused('ROTA_DECLARATION_INVALID');
    expect(status()?.error?.message).not.toContain('tree-');
  });

  it('everything is gone from it', async () => {
    place.remove('jobs');
    place.commit();
    await expectRefused('ROTA_CONFIG_NOT_FOUND');
  });

  it('every job is now for another tenant, for that is more than the share that may go', async () => {
    place.write('jobs/backup.yaml', manifest('backup', { tenant: 'other' }));
    place.write('jobs/poll.yaml', manifest('poll', { tenant: 'other' }));
    place.commit();
    const hostFile = join(place.root, 'host.yaml');
    writeFileSync(hostFile, 'tenants: [acme]\n');
    await expectRefused('ROTA_REMOVALS_REFUSED', { hostFile });
    await place.sync({ hostFile, allowRemovals: true });
    expect(place.installed()).toEqual([]);
  });

  it('the history was rewritten, unless that is allowed', async () => {
    place.write('jobs/backup.yaml', manifest('backup', { argument: 'forced' }));
    const forced = place.commit('--amend');
    await expectRefused('ROTA_SYNC_REWOUND');
    expect(await place.sync({ allowRewind: true })).toMatchObject({ outcome: 'applied', revision: { id: forced } });
  });

  it('a good revision follows a bad one, it is taken', async () => {
    place.write('jobs/poll.yaml', 'kind: Nothing\n');
    place.commit();
    await expectRefused('ROTA_DECLARATION_INVALID');
    place.write('jobs/poll.yaml', manifest('poll', { argument: '3' }));
    place.commit();
    expect(await place.sync()).toMatchObject({ outcome: 'applied' });
    expect(status()).toMatchObject({ error: null, failures: 0 });
  });

  it('it declares the namespace of another, or one of Rota itself', async () => {
    place.write('jobs.config.yaml', 'namespace: theirs\nmanifests: jobs\n');
    place.commit();
    await expectRefused('ROTA_SYNC_NAMESPACE');
    place.write('jobs.config.yaml', 'namespace: rota-sync\nmanifests: jobs\n');
    place.commit();
    await expectRefused('ROTA_DECLARATION_INVALID');
  });

  it('its config is code', async () => {
    place.write(
      'jobs.config.mjs',
      `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(join(place.root, 'ran'))}, ''); export default {};`,
    );
    place.commit();
    await expectRefused('ROTA_SYNC_CODE');
    place.write('jobs.config.yaml', 'extends: ./jobs.config.mjs\nmanifests: jobs\n');
    place.commit();
    await expectRefused('ROTA_DECLARATION_INVALID');
    place.write('outside.mjs', '');
    place.write('jobs.config.yaml', `extends: ${join(place.repo, 'jobs.config.mjs')}\nmanifests: jobs\n`);
    place.commit();
    await expectRefused('ROTA_DECLARATION_INVALID');
    expect(readdirSync(place.root)).not.toContain('ran');
  });

  it('it links or points out of itself', async () => {
    writeFileSync(join(place.root, 'secret.yaml'), 'password: hunter2\n');
    place.git('config', 'core.symlinks', 'true');
    execFileSync('ln', ['-s', join(place.root, 'secret.yaml'), join(place.repo, 'jobs/secret.yaml')]);
    place.commit();
    await expectRefused('ROTA_SYNC_TREE');
    place.remove('jobs/secret.yaml');
    place.write('jobs.config.yaml', `manifests: ['jobs', '${join(place.root, 'secret.yaml')}']\n`);
    place.commit();
    await expectRefused('ROTA_DECLARATION_INVALID');
    expect(JSON.stringify(status())).not.toContain('hunter2');
  });
});

describe('a config that is code', () => {
  it('is run where that is allowed', async () => {
    place.remove('jobs');
    place.write('lib/jobs.mjs', `export const jobs = [{ name: 'backup', tenant: 'acme', on: 'boot', command: '/bin/true' }];`);
    place.write('jobs.config.mjs', `import { jobs } from './lib/jobs.mjs'; export default { jobs };`);
    place.commit();
    expect(await place.sync({ allowCode: true })).toMatchObject({ outcome: 'applied' });
    expect(place.installed()).toEqual(['default.acme.backup']);
  });
});

describe('a rollback', () => {
  it('holds the namespace until the source moves on or a person applies', async () => {
    place.commit();
    await place.sync();
    place.write('jobs/backup.yaml', manifest('backup', { argument: 'bad idea' }));
    place.commit();
    await place.sync();
    await place.rota.rollback();
    expect(await place.sync()).toMatchObject({ outcome: 'held', applied: null });
    expect(status()).toMatchObject({ outcome: 'held', error: null });
    const kept = async () => (await place.rota.generations()).at(-1)?.entries.find(({ name }) => name === 'backup')?.job.command;
    expect(await kept()).toEqual(['/bin/echo', '1']);
    expect(await place.sync({ resume: true })).toMatchObject({ outcome: 'applied' });
    expect(await kept()).toEqual(['/bin/echo', 'bad idea']);
    await place.rota.rollback();
    place.write('jobs/backup.yaml', manifest('backup', { argument: 'better' }));
    place.commit();
    expect(await place.sync()).toMatchObject({ outcome: 'applied' });
    expect(await kept()).toEqual(['/bin/echo', 'better']);
  });
});

requirePart(commandPart('ssh-keygen', 'openssh-client'))('signatures', () => {
  it('are required of the tip, by a key that is allowed', async () => {
    const keys = join(place.root, 'keys');
    mkdirSync(keys);
    for (const name of ['good', 'stranger'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(keys, name)]);
    const allowedSigners = join(keys, 'allowed');
    const key = execFileSync('cat', [join(keys, 'good.pub')], { encoding: 'utf8' })
      .split(' ')
      .slice(0, 2)
      .join(' ');
    writeFileSync(allowedSigners, `a@example.org namespaces="git" ${key}\n`);
    place.git('config', 'gpg.format', 'ssh');
    const signedBy = (name: string) => {
      place.git('config', 'user.signingkey', join(keys, `${name}.pub`));
      return place.commit('-S');
    };
    const good = signedBy('good');
    expect(await place.sync({ allowedSigners })).toMatchObject({ outcome: 'applied', revision: { id: good } });
    place.write('jobs/poll.yaml', manifest('poll', { argument: '2' }));
    place.commit();
    await expectRefused('ROTA_SYNC_UNSIGNED', { allowedSigners });
    signedBy('stranger');
    await expectRefused('ROTA_SYNC_UNSIGNED', { allowedSigners });
    expect(status()?.revision?.id).toBe(good);
    signedBy('good');
    expect(await place.sync({ allowedSigners })).toMatchObject({ outcome: 'applied' });
  });
});

requirePart(commandPart('gpg', 'gnupg'))('OpenPGP signatures', () => {
  it('count where the Git settings of the person trust them, and never where SSH keys are named', async () => {
    const home = join(place.root, 'gnupg');
    mkdirSync(home, { mode: 0o700 });
    const env = { ...process.env, GNUPGHOME: home };
    // git of the sync finds the keyring as it would find the person's own.
    vi.stubEnv('GNUPGHOME', home);
    try {
      const gpg = (...args: string[]) =>
        execFileSync('gpg', ['--batch', '--quiet', '--passphrase', '', ...args], { env, stdio: 'pipe' });
      gpg('--quick-gen-key', 'a@example.org', 'ed25519', 'sign');
      const wrapper = join(place.root, 'gpg');
      writeFileSync(wrapper, `#!/bin/sh\nGNUPGHOME=${home} exec gpg "$@"\n`, { mode: 0o700 });
      place.git('config', 'gpg.program', wrapper);
      place.git('config', 'user.signingkey', 'a@example.org');
      place.commit();
      await expect(place.sync({ requireSigned: true })).rejects.toEqual(failure('ROTA_SYNC_UNSIGNED'));
      const signed = place.commit('-S');
      expect(await place.sync({ requireSigned: true })).toMatchObject({ outcome: 'applied', revision: { id: signed } });
      const allowedSigners = join(place.root, 'nobody');
      writeFileSync(allowedSigners, '');
      await expectRefused('ROTA_SYNC_UNSIGNED', { allowedSigners });
    } finally {
      execFileSync('gpgconf', ['--kill', 'gpg-agent'], { env });
    }
  });
});

describe('a transport', () => {
  it('is file:// or ssh, with the command that the person has set for it', async () => {
    place.commit();
    expect(await place.sync({ repo: `file://${place.repo}` })).toMatchObject({ outcome: 'applied' });
    // In place of ssh: what it is asked to run on the other host runs here.
    const ssh = join(place.root, 'ssh');
    writeFileSync(ssh, `#!/bin/sh\necho "$@" >> ${place.root}/asked\nfor last; do :; done\nexec sh -c "$last"\n`, {
      mode: 0o700,
    });
    const rota = { ...place.rota, host: { ...place.rota.host, env: { ...place.rota.host.env, GIT_SSH_COMMAND: ssh } } };
    for (const repo of [`git@example.org:${place.repo}`, `ssh://git@example.org${place.repo}`]) {
      expect(await syncRepository(rota, { repo, takeOver: true })).toMatchObject({ outcome: 'unchanged', source: { repo } });
    }
    const asked = (): string => execFileSync('cat', [join(place.root, 'asked')], { encoding: 'utf8' });
    expect(asked()).toContain('git@example.org git-upload-pack');
    const config = join(place.root, 'gitconfig');
    writeFileSync(config, `[core]\n\tsshCommand = ${ssh} -i 'her key'\n`);
    vi.stubEnv('GIT_CONFIG_GLOBAL', config);
    const repo = `git@example.net:${place.repo}`;
    expect(await place.sync({ repo, takeOver: true })).toMatchObject({ outcome: 'unchanged', source: { repo } });
    expect(asked()).toMatch(/^-i her key .*git@example\.net git-upload-pack/m);
  });

  it('that does not answer ends in a refusal that says how to try it', async () => {
    place.commit();
    await place.sync();
    await expectRefused('ROTA_SYNC_UNREACHABLE', { repo: 'https://127.0.0.1:1/a.git' });
  });
});

describe('an address', () => {
  it.each([
    'http://example.org/a.git',
    'git://example.org/a.git',
    'ext::sh -c touch% /tmp/x',
    '-upload-pack=touch',
    'https://user:secret@example.org/a.git',
    'relative/path',
    '',
  ])('%j is refused', async (repo) => {
    await expect(place.sync({ repo })).rejects.toEqual(failure('ROTA_SYNC_REPOSITORY'));
  });

  it.each(['--upload-pack=x', 'a..b', 'a b', 'main:other', ''])('ref %j is refused', async (ref) => {
    place.commit();
    await expect(place.sync({ ref })).rejects.toEqual(failure('ROTA_SYNC_REPOSITORY'));
  });
});
