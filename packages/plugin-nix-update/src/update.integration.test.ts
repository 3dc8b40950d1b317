import { requirePart, testMachinePart } from '@rota/test-support';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type MachineFacts, type NixMachine, nixMachine } from './testing/nix-machine.ts';

const describe = requirePart(testMachinePart);

describe('an update of a machine by real nix', () => {
  let machine: NixMachine;
  let before: MachineFacts;
  beforeAll(async () => {
    machine = await nixMachine('nix-update');
  });
  beforeEach(async () => {
    await machine.reset();
    before = await machine.facts();
  });

  const withOptions = (options: object) => ({ options: { ...machine.options, ...options } });
  const untouched = async (): Promise<void> => expect(await machine.facts()).toEqual(before);

  test('without a newer revision calls nothing and changes nothing', async () => {
    expect(await machine.update()).toMatchObject([{ status: 'unchanged', failure: null, reboot: 'not-needed' }]);
    await untouched();
  });

  test('to a good revision tests it, then makes it the default', async () => {
    await machine.publish({ version: '2' });
    const [report] = await machine.update();
    expect(report).toMatchObject({ status: 'updated', from: before.profile, failure: null, inputs: [{ name: 'dep' }] });
    expect(report?.summary).toEqual([expect.stringMatching(/^nixos-system-host: 1 → 2/)]);
    const after = await machine.facts();
    const target = report?.to;
    expect(after).toMatchObject({ current: target, bootDefault: target, profile: target, generations: 2, gitLog: ['first'] });
    expect(after.journal).toEqual([`test ${target}`, `boot ${target}`]);
    // The lock is ours, not committed: the next nights know it and go on.
    expect(after.gitStatus).toBe('M flake.lock');
    await machine.publish({ version: '3' });
    expect(await machine.update()).toMatchObject([{ status: 'updated' }]);
  });

  test('of named inputs leaves the others where they are', async () => {
    await machine.sh(`mkdir -p /srv/other; cd /srv/other; rm -rf .git; git init -q; echo '{ outputs = _: { data = "1"; }; }' >flake.nix; git add .; git commit -qm one
      cd /srv/conf; sed -i 's/{ self, dep }/{ self, dep, ... }/; s|inputs.dep.url|inputs.other.url = "git+file:///srv/other"; inputs.dep.url|' flake.nix
      nix flake lock; git commit -qam 'another input'`);
    const revisions = async (): Promise<readonly [string, string]> => {
      const { nodes } = JSON.parse(await machine.sh('cat /srv/conf/flake.lock'));
      return [nodes.dep.locked.rev, nodes.other.locked.rev];
    };
    const [dep, other] = await revisions();
    await machine.sh('cd /srv/other; git commit -q --allow-empty -m two');
    await machine.publish({ version: '2' });
    expect(await machine.update(withOptions({ inputs: ['dep'] }))).toMatchObject([
      { status: 'updated', inputs: [{ name: 'dep' }] },
    ]);
    const [newDep, sameOther] = await revisions();
    expect([newDep === dep, sameOther === other]).toEqual([false, true]);
    expect(await machine.update()).toMatchObject([{ inputs: [{ name: 'other' }] }]);
  });

  test('commits only the lock where that is allowed, once, and pushes it; the next run finds nothing to do although the system holds its revision', async () => {
    await machine.sh(
      'git clone -q --bare /srv/conf /srv/upstream.git; cd /srv/conf; git remote add origin /srv/upstream.git; git fetch -q; git branch -q -u origin/main',
    );
    await machine.publish({ version: '2', embedRevision: true });
    const commit = withOptions({ hostCanCommitConfig: true });
    const [report] = await machine.update(commit);
    expect(report).toMatchObject({ status: 'updated', warnings: [] });
    const after = await machine.facts();
    expect(after).toMatchObject({ gitStatus: '', current: report?.to, generations: 2 });
    expect(after.gitLog).toEqual(['flake.lock: update on nix-update', 'first']);
    expect(await machine.sh('git -C /srv/conf show --stat --format= HEAD')).toMatch(/^ flake.lock \|.*\n 1 file changed/);
    expect(
      await machine.sh(
        'cd /srv/conf; git rev-parse HEAD origin/main; git -C /srv/upstream.git rev-parse main; git worktree list | wc -l',
      ),
    ).toMatch(/^(\w+)\n\1\n\1\n1$/);
    expect(await machine.sh(`cat ${report?.to}/revision`)).toBe(await machine.sh('git -C /srv/conf rev-parse HEAD'));
    expect(await machine.update(commit)).toMatchObject([{ status: 'unchanged' }]);
    expect(await machine.facts()).toEqual(after);
    await machine.sh('cd /srv/conf; git remote remove origin; rm -rf /srv/upstream.git');
  });

  test('that may commit leaves the checkout as it was when the new system is not well', async () => {
    await machine.publish({ version: '2', appRc: 1 });
    expect(await machine.update(withOptions({ hostCanCommitConfig: true }))).toMatchObject([{ status: 'rolled-back' }]);
    expect({ ...(await machine.facts()), journal: [] }).toEqual(before);
    expect(await machine.sh('git -C /srv/conf worktree list | wc -l')).toBe('1');
  });

  test.each([
    ['an evaluation that fails', { evalError: true }, {}, 'evaluation', 'evaluate'],
    ['a build that fails', { buildRc: 3 }, {}, 'build', 'build'],
    ['a build that takes too long', { slow: 30 }, { timeout: '4s' }, 'timeout', 'build'],
    ['a host that the flake does not have', {}, { configuration: 'nobody', preUpdateValidation: false }, 'config', 'evaluate'],
    ['an input that the flake does not have', {}, { inputs: ['nobody'] }, 'config', 'update-lock'],
    ['more to build than is allowed', { kernel: '6.2' }, { maxBuilds: 1 }, 'cost', 'cost'],
    ['a hook that fails', {}, { preUpdateHooks: [{ command: ['false'] }] }, 'hook', 'hooks'],
    ['a disk that is too full', {}, { diskThreshold: 1 }, 'disk', 'preconditions'],
    ['a service that has to run and does not', {}, { requiredServices: ['app', 'nobody'] }, 'precondition', 'preconditions'],
    ['a machine that has just booted', {}, { minUptime: '3650d' }, 'precondition', 'preconditions'],
  ])('touches nothing at %s', async (_, revision, options, failureClass, step) => {
    await machine.publish({ version: '2', ...revision });
    const [report] = await machine.update(withOptions(options));
    expect(report).toMatchObject({
      status: expect.stringMatching(/^(failed|deferred)$/),
      step,
      failure: { class: failureClass },
    });
    await untouched();
    expect(await machine.sh('ls /root/.local/state/rota/nix-update')).not.toContain('journal.json');
  });

  test('a hook that may fail is a warning, and one that makes the lock dirty stops the update', async () => {
    await machine.publish({ version: '2' });
    const dirty = [{ command: ['sh', '-c', 'echo >>/srv/conf/flake.lock'] }];
    expect(await machine.update(withOptions({ preUpdateHooks: dirty }))).toMatchObject([
      { status: 'failed', failure: { class: 'dirty' } },
    ]);
    await machine.sh('git -C /srv/conf checkout -q flake.lock');
    const soft = [{ command: ['false'], onError: 'continue' }];
    const [report] = await machine.update(withOptions({ preUpdateHooks: soft }));
    expect(report).toMatchObject({ status: 'updated', warnings: [expect.stringContaining('The hook false failed')] });
  });

  test('a machine with a failed unit is updated, unless all of it has to be running', async () => {
    await machine.publish({ version: '2' });
    await machine.sh(
      'systemd-run --quiet --unit=rota-test-broken false; while systemctl is-active -q rota-test-broken; do sleep 0.1; done',
    );
    const [strict] = await machine.update(withOptions({ requireRunning: true }));
    expect(strict).toMatchObject({
      status: 'failed',
      failure: { class: 'precondition', message: expect.stringContaining('degraded') },
    });
    await untouched();
    expect(await machine.update()).toMatchObject([{ status: 'updated' }]);
    await machine.sh('systemctl reset-failed rota-test-broken 2>/dev/null || true');
  });

  test('the log is where it is asked for, a file a day, and no older than it may be', async () => {
    const options = { logFile: '/var/lib/machine/log/update.log', logRetentionDays: 2 };
    const day = 86_400_000;
    for (const clockOffsetMs of [0, day, 2 * day, 5 * day]) await machine.update({ ...withOptions(options), clockOffsetMs });
    const log = await machine.sh('cat /var/lib/machine/log/update.log; ls /root/.local/state/rota/nix-update');
    expect(log).toMatch(/: update - unchanged/);
    expect(log).not.toMatch(/^log$/m);
    await machine.sh('rm -r /var/lib/machine/log');
  });

  test('with a checkout in which git is locked is made all the same, and says that the lock was not committed', async () => {
    await machine.publish({ version: '2' });
    await machine.sh('touch /srv/conf/.git/index.lock');
    const [report] = await machine.update(withOptions({ hostCanCommitConfig: true }));
    await machine.sh('rm /srv/conf/.git/index.lock');
    expect(report).toMatchObject({ status: 'updated', warnings: [expect.stringContaining('index.lock')] });
    expect(await machine.facts()).toMatchObject({ current: report?.to, profile: report?.to, gitLog: ['first'], gitStatus: '' });
    // The next night commits it although no input has moved, without a second switch.
    const committed = {
      current: report?.to,
      gitLog: ['flake.lock: update on nix-update', 'first'],
      gitStatus: '',
      generations: 2,
    };
    expect(await machine.update(withOptions({ hostCanCommitConfig: true }))).toMatchObject([
      { status: 'unchanged', warnings: [] },
    ]);
    expect(await machine.facts()).toMatchObject(committed);
  });

  test('whose commit cannot be noted down is made and kept, and its reboot is decided all the same, also where it was cut off', async () => {
    const noted = '/root/.local/state/rota/nix-update/unkept-lock.json';
    const options = { ...machine.options, hostCanCommitConfig: true };
    const gitLog = ['flake.lock: update on nix-update', 'first'];
    await machine.publish({ version: '2', kernel: '6.2' });
    const [report] = await machine.update({ options, at: { moment: 'keep-lock:started', run: `mkdir ${noted}` } });
    expect(report).toMatchObject({ status: 'updated', failure: null, reboot: 'pending', warnings: [] });
    expect(await machine.facts()).toMatchObject({ gitLog, gitStatus: '' });
    await machine.sh(`rmdir ${noted}`);

    await machine.publish({ version: '3', kernel: '6.3' });
    expect((await machine.start({ options, killAt: 'keep-lock:started' })).exitCode).toBe(137);
    await machine.sh(`mkdir ${noted}`);
    const [recovery] = await machine.update({ options, at: { moment: 'preconditions:started', run: `rmdir ${noted}` } });
    expect(recovery).toMatchObject({ kind: 'recovery', status: 'updated', reboot: 'pending', warnings: [] });
    expect(await machine.facts()).toMatchObject({ gitLog: [gitLog[0], ...gitLog], gitStatus: '' });
  });

  test('that was cut off, and whose commit can neither be kept nor noted down, stays open until it can', async () => {
    const noted = '/root/.local/state/rota/nix-update/unkept-lock.json';
    const options = { ...machine.options, hostCanCommitConfig: true };
    await machine.publish({ version: '2' });
    expect((await machine.start({ options, killAt: 'keep-lock:started' })).exitCode).toBe(137);
    // Another git is at work in the checkout.
    await machine.sh(`mkdir ${noted}; touch /srv/conf/.git/index.lock`);
    for (const _ of ['one night', 'the next']) {
      const reports = await machine.update({ options });
      expect(reports).toMatchObject([
        {
          kind: 'recovery',
          status: 'rollback-failed',
          failure: { message: expect.stringMatching(/nor noted down.*unkept-lock/s) },
        },
      ]);
    }
    await machine.sh(`rmdir ${noted}; rm /srv/conf/.git/index.lock`);
    const reports = await machine.update({ options });
    expect(reports).toMatchObject([{ kind: 'recovery', status: 'updated' }, { status: 'unchanged' }]);
    const gitLog = ['flake.lock: update on nix-update', 'first'];
    expect(await machine.facts()).toMatchObject({ current: reports[0]?.to, profile: reports[0]?.to, gitLog, gitStatus: '' });
  });

  test('in whose checkout a person commits meanwhile pushes nothing that it could not be moved to, and the next night pushes on top', async () => {
    await machine.sh(`rm -rf /srv/origin.git; git clone -q --bare /srv/conf /srv/origin.git; cd /srv/conf
      git remote add origin /srv/origin.git; git fetch -q; git branch -q -u origin/main`);
    await machine.publish({ version: '2' });
    const committing = withOptions({ hostCanCommitConfig: true });
    const person = 'cd /srv/conf; git commit -q --allow-empty -m person';
    const [report] = await machine.update({ ...committing, at: { moment: 'build:done', run: person } });
    expect(report).toMatchObject({ status: 'updated', warnings: [expect.stringContaining('Somebody has committed')] });
    expect(await machine.sh('git -C /srv/origin.git log --format=%s')).toBe('first');
    expect(await machine.update(committing)).toMatchObject([{ status: 'unchanged', warnings: [] }]);
    const gitLog = ['flake.lock: update on nix-update', 'person', 'first'];
    expect(await machine.facts()).toMatchObject({ current: report?.to, gitLog, gitStatus: '' });
    expect((await machine.sh('git -C /srv/origin.git log --format=%s')).split('\n')).toEqual(gitLog);
    await machine.sh('cd /srv/conf; git remote remove origin; rm -rf /srv/origin.git');
  });

  test('whose lock cannot be pushed stays what it is, night after night, also when it holds its revision', async () => {
    await machine.sh(`rm -rf /srv/origin.git; git clone -q --bare /srv/conf /srv/origin.git; cd /srv/conf
      git remote add origin /srv/origin.git; git fetch -q; git branch -q -u origin/main; mv /srv/origin.git /srv/away.git`);
    await machine.publish({ version: '2', embedRevision: true });
    const committing = withOptions({ hostCanCommitConfig: true });
    const unpushed = [expect.stringContaining('could not be pushed')];
    const [report] = await machine.update(committing);
    expect(report).toMatchObject({ status: 'updated', warnings: unpushed });
    expect(await machine.update(committing)).toMatchObject([{ status: 'unchanged', warnings: unpushed }]);
    expect(await machine.facts()).toMatchObject({ current: report?.to, generations: 2, gitLog: ['first'], gitStatus: '' });
    await machine.sh('mv /srv/away.git /srv/origin.git');
    expect(await machine.update(committing)).toMatchObject([{ status: 'unchanged', warnings: [] }]);
    const gitLog = ['flake.lock: update on nix-update', 'first'];
    expect(await machine.facts()).toMatchObject({ current: report?.to, generations: 2, gitLog, gitStatus: '' });
    expect((await machine.sh('git -C /srv/origin.git log --format=%s')).split('\n')).toEqual(gitLog);
    await machine.sh('cd /srv/conf; git remote remove origin; rm -rf /srv/origin.git');
  });

  test('whose branch was pushed over by force on the server is made, is not pushed over that, and says so', async () => {
    await machine.sh(`rm -rf /srv/origin.git /tmp/other; git clone -q --bare /srv/conf /srv/origin.git; cd /srv/conf
      git remote add origin /srv/origin.git; git fetch -q; git branch -q -u origin/main
      git clone -q /srv/origin.git /tmp/other; cd /tmp/other; git commit -q --amend -m rewritten; git push -q --force`);
    await machine.publish({ version: '2' });
    const [report] = await machine.update(withOptions({ hostCanCommitConfig: true }));
    expect(report).toMatchObject({
      status: 'updated',
      warnings: [expect.stringMatching(/git push failed .*rejected.* -> main/)],
    });
    expect(await machine.sh('git -C /srv/origin.git log --format=%s')).toBe('rewritten');
    await machine.sh('cd /srv/conf; git remote remove origin; rm -rf /srv/origin.git /tmp/other');
  });

  test('that another machine overtakes with a push leaves a checkout that a pull moves on, and the next night pushes on top', async () => {
    await machine.sh(`rm -rf /srv/origin.git; git clone -q --bare /srv/conf /srv/origin.git; cd /srv/conf
      git remote add origin /srv/origin.git; git fetch -q; git branch -q -u origin/main`);
    await machine.publish({ version: '2' });
    const other =
      'rm -rf /tmp/other; git clone -q /srv/origin.git /tmp/other; cd /tmp/other; nix flake update 2>/dev/null; git commit -qam other; git push -q';
    const committing = withOptions({ hostCanCommitConfig: true });
    const [report] = await machine.update({ ...committing, at: { moment: 'build:done', run: other } });
    expect(report).toMatchObject({ status: 'updated', warnings: [expect.stringContaining('until it is pulled')] });
    expect(await machine.facts()).toMatchObject({ current: report?.to, profile: report?.to, gitLog: ['first'], gitStatus: '' });
    await machine.publish({ version: '3' });
    const pull = { preUpdateHooks: [{ command: ['git', '-C', '/srv/conf', 'pull', '--quiet', '--ff-only'] }] };
    expect(await machine.update(withOptions({ hostCanCommitConfig: true, ...pull }))).toMatchObject([
      { status: 'updated', warnings: [] },
    ]);
    const gitLog = ['flake.lock: update on nix-update', 'other', 'first'];
    expect(await machine.facts()).toMatchObject({ gitLog, gitStatus: '' });
    expect(
      (await machine.sh('git -C /srv/origin.git log --format=%s; git -C /srv/conf worktree list | wc -l')).split('\n'),
    ).toEqual([...gitLog, '1']);
    await machine.sh('cd /srv/conf; git remote remove origin; rm -rf /srv/origin.git /tmp/other');
  });

  test('a lock that somebody edited is neither overwritten nor committed', async () => {
    await machine.sh("cd /srv/conf; sed -i 's/^{/{ /' flake.lock");
    const edited = await machine.facts();
    await machine.publish({ version: '2' });
    for (const hostCanCommitConfig of [false, true]) {
      expect(await machine.update(withOptions({ hostCanCommitConfig }))).toMatchObject([
        { status: 'failed', failure: { class: 'dirty' } },
      ]);
      expect(await machine.facts()).toEqual(edited);
    }
  });

  test('a checkout of another user is not worked on as root', async () => {
    await machine.sh('useradd -m owner 2>/dev/null || true; chown -R owner /srv/conf');
    const [report] = await machine.update(withOptions({ preUpdateValidation: false }));
    await machine.sh('chown -R root /srv/conf');
    expect(report).toMatchObject({
      status: 'failed',
      failure: { class: 'git', message: expect.stringContaining('safe.directory /srv/conf') },
    });
    await untouched();
  });

  test('a garbage collection between build and switch takes away neither the new system nor the way back', async () => {
    await machine.publish({ version: '2', padding: 1 });
    const collect = 'nix-collect-garbage -d >/var/lib/machine/collected 2>&1';
    const [report] = await machine.update({ at: { moment: 'build:done', run: collect } });
    expect(report).toMatchObject({ status: 'updated', warnings: [] });
    expect(await machine.sh('cat /var/lib/machine/collected')).toContain('store paths deleted');
    expect(await machine.facts()).toMatchObject({ current: report?.to, bootDefault: report?.to, profile: report?.to });

    // With the old generation gone, too, what is not well when it is to be the default goes back.
    await machine.publish({ version: '3', padding: 1 });
    await machine.sh('echo 1 >/var/lib/machine/rc-boot');
    const late = `rm -f /nix/var/nix/gcroots/current-system; ${collect}; ln -s /run/current-system /nix/var/nix/gcroots/current-system`;
    const [back] = await machine.update({ at: { moment: 'profile:done', run: late } });
    await machine.sh('rm /var/lib/machine/rc-boot');
    expect(back).toMatchObject({ status: 'rollback-failed', failure: { message: expect.stringContaining('The boot entry') } });
    expect(await machine.update()).toMatchObject([{ kind: 'recovery', status: 'rolled-back' }, { status: 'deferred' }]);
    expect(await machine.facts()).toMatchObject({ current: report?.to, bootDefault: report?.to, profile: report?.to });
    await machine.sh(
      'rm -rf /root/.local/state/rota; cd /srv/conf; nix build --no-link "git+file:///srv/conf?ref=refs/tags/first#nixosConfigurations.host.config.system.build.toplevel"',
    );
  });

  test('what a person switches to meanwhile is neither replaced nor gone back behind', async () => {
    await machine.publish({ version: 'own' });
    const own = await machine.sh(
      'cd /srv/conf; nix build --no-link --print-out-paths --override-input dep git+file:///srv/dep --no-write-lock-file .#nixosConfigurations.host.config.system.build.toplevel',
    );
    await machine.publish({ version: '2', appRc: 1 });
    const run = `nix-env -p /nix/var/nix/profiles/system --set ${own}; ${own}/bin/switch-to-configuration switch`;
    const [report] = await machine.update({ at: { moment: 'build:done', run } });
    expect(report).toMatchObject({
      status: 'deferred',
      failure: { class: 'precondition', message: expect.stringContaining(own) },
    });
    expect(await machine.facts()).toMatchObject({ current: own, bootDefault: own, profile: own, lock: before.lock });
  });

  test('a default that was collected as garbage is built again, and is no system to go back to', async () => {
    await machine.publish({ version: '2' });
    // The profile leads to what is in the store no longer.
    const lose = `cd /srv/conf
      gone=$(nix eval --raw --override-input dep git+file:///srv/dep --no-write-lock-file .#nixosConfigurations.host.config.system.build.toplevel.outPath)
      cd /nix/var/nix/profiles; ln -sfn $gone system-9-link; ln -sfn system-9-link system; test ! -e $gone; echo $gone`;
    const gone = await machine.sh(lose);
    expect(await machine.update(withOptions({ operation: 'boot' }))).toMatchObject([{ status: 'updated', from: null, to: gone }]);
    expect(await machine.facts()).toMatchObject({ bootDefault: gone, profile: gone });
    expect(await machine.sh(`cat ${gone}/nixos-version`)).toBe('2');

    await machine.reset();
    await machine.publish({ version: '3' });
    await machine.sh(lose);
    await machine.publish({ version: '4' });
    await machine.sh('echo 1 >/var/lib/machine/rc-boot');
    expect(await machine.update()).toMatchObject([{ status: 'rollback-failed' }]);
    await machine.sh('rm /var/lib/machine/rc-boot');
    expect(await machine.update(withOptions({ preUpdateHooks: [{ command: ['false'] }] }))).toMatchObject([
      { kind: 'recovery', status: 'rolled-back' },
      { status: 'failed' },
    ]);
    const { current } = before;
    expect(await machine.facts()).toMatchObject({ current, bootDefault: current, profile: current });
  });

  test('an input that became older is refused: an update never goes backwards', async () => {
    await machine.publish({ version: '2' });
    await machine.update();
    const newer = await machine.facts();
    await machine.sh(
      'cd /srv/dep; GIT_COMMITTER_DATE=2020-01-01T00:00:00Z git commit -q --amend --no-edit --date 2020-01-01T00:00:00Z',
    );
    expect(await machine.update()).toMatchObject([{ status: 'failed', step: 'update-lock', failure: { class: 'backwards' } }]);
    expect(await machine.facts()).toEqual(newer);
  });

  test('every command that a run has run is one that the plan lists', async () => {
    await machine.sh(`rm -rf /srv/origin.git /srv/fleet.git; git init -q --bare /srv/fleet.git; git clone -q --bare /srv/conf /srv/origin.git
      cd /srv/conf; git remote add origin /srv/origin.git; git fetch -q; git branch -q -u origin/main`);
    const request = {
      ...withOptions({
        hostCanCommitConfig: true,
        healthChecks: [{ command: ['true'] }, { unit: 'app' }],
        preUpdateHooks: [{ command: ['true', 'hook'] }],
        fleet: { repository: '/srv/fleet.git' },
        autoReboot: true,
        rebootWindow: { lower: '00:00', upper: '00:00' },
      }),
      cause: 'scheduled' as const,
    };
    const plan = new Set((await machine.plan(request)).map(({ command }) => command));
    await machine.publish({ version: '2', kernel: '6.2' });
    const [good] = await machine.update(request);
    await machine.publish({ version: '3', appRc: 1 });
    const [bad] = await machine.update(request);
    // One that is cut off, and what ends it.
    await machine.publish({ version: '4', kernel: '6.2' });
    await machine.start({ ...request, killAt: 'activate:done' });
    const [recovery] = await machine.update(request);
    await machine.sh('cd /srv/conf; git remote remove origin; rm -rf /srv/origin.git /srv/fleet.git');
    expect([good, bad, recovery].map((report) => [report?.kind, report?.status, report?.reboot])).toEqual([
      ['update', 'updated', 'scheduled'],
      ['update', 'rolled-back', 'scheduled'],
      ['recovery', 'rolled-back', 'scheduled'],
    ]);
    for (const report of [good, bad, recovery]) {
      const commit =
        /committed as (\w+)/.exec(await machine.sh('cat /root/.local/state/rota/nix-update/log/update.log'))?.[1] ?? '';
      const named = (report?.commands ?? []).map((command) =>
        command
          .replaceAll(report?.to ?? '', 'NEW_SYSTEM')
          .replaceAll(report?.from ?? '', 'OLD_SYSTEM')
          .replaceAll(/\/nix\/store\/\S+\.drv/g, 'DERIVATION')
          .replaceAll(commit || 'no commit', 'COMMIT'),
      );
      const unlisted = named.filter((command) => !plan.has(command) && !plan.has(generic(command)));
      expect(unlisted).toEqual([]);
      expect(named.length).toBeGreaterThan(15);
    }
  });
});

/** What only the checkout of the test says. */
function generic(command: string): string {
  return command
    .replace('-C /root/.local/state/rota/nix-update/worktree ', '-C FLAKE_IN_WORKTREE ')
    .replace('--flake /root/.local/state/rota/nix-update/worktree', '--flake FLAKE_IN_WORKTREE')
    .replace('/root/.local/state/rota/nix-update/worktree#', 'FLAKE_IN_WORKTREE#')
    .replace('-C /srv/conf', '-C REPOSITORY')
    .replace(/--realise \S+ (--add-root \S+\/boot-target )/, '--realise BOOTED_SYSTEM $1')
    .replace(/push --quiet \S+ COMMIT:\S+$/, 'push --quiet REMOTE COMMIT:BRANCH')
    .replace(/--message "[^"]*"/, '--message MESSAGE');
}
