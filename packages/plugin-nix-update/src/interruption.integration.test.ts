import { requirePart, sampleSize, testMachinePart } from '@rota/test-support';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import type { NixUpdateOptions } from './settings/options-schema.ts';
import { firstKeptStep, isAtOrAfter, type StepName, stepNames } from './steps/step-names.ts';
import type { DriverRequest } from './testing/driver.ts';
import { type MachineFacts, type NixMachine, nixMachine } from './testing/nix-machine.ts';

const describe = requirePart(testMachinePart);

// What is between two of them is the same to a machine; `npm run test:long` goes through all.
const chosen = ['activate:done', 'boot:done', 'build:started', 'profile:started', 'reboot:done'];
const every = stepNames.flatMap((name) => [`${name}:started`, `${name}:done`]);
const moments = process.env.ROTA_LONG ? every : chosen.slice(0, sampleSize({ here: 2, inCi: chosen.length }));

describe('an updater that is killed', () => {
  let machine: NixMachine;
  let before: MachineFacts;
  beforeAll(async () => {
    machine = await nixMachine('nix-killed');
  });
  beforeEach(async () => {
    await machine.reset();
    before = await machine.facts();
  });

  const stop = { preUpdateHooks: [{ command: ['false'] }] };

  test.each(moments)('at %s is finished or undone by the next run, as if nothing had happened', async (killAt) => {
    await machine.publish({ version: '2' });
    const killed = await machine.start({ killAt });
    expect(killed.exitCode).toBe(137);
    const [name = 'preconditions', state] = killAt.split(':');
    const step = stepNames.find((one): one is StepName => one === name) ?? 'preconditions';
    const kept = isAtOrAfter(step, firstKeptStep);
    const after = await machine.facts();
    // Whatever the moment: should the power fail now, a system boots that has shown its health.
    if (!kept) expect(after).toMatchObject({ bootDefault: before.bootDefault, profile: before.profile, generations: 1 });

    // The next run ends what is open, and is itself stopped by a hook.
    const reports = await machine.update({ options: { ...machine.options, ...stop } });
    const ended = await machine.facts();
    const [recovery] = reports;
    expect(recovery).toMatchObject({
      kind: 'recovery',
      status: kept ? 'updated' : expect.stringMatching(/^(failed|rolled-back)$/),
    });
    if (kept) expect(ended).toMatchObject({ current: recovery?.to, bootDefault: recovery?.to, profile: recovery?.to });
    else expect({ ...ended, journal: [] }).toEqual(before);

    const reached = await machine.update();
    expect(reached).toMatchObject([{ kind: 'update', status: kept ? 'unchanged' : 'updated' }]);
    const last = await machine.facts();
    expect(last).toMatchObject({ bootDefault: last.current, profile: last.current, generations: 2 });
    expect(last.current).not.toBe(before.current);
    expect(state).toMatch(/^(started|done)$/);
  });

  const build = (
    version: string,
  ): string => `cd /srv/dep; sed -i 's/version = "[^"]*"/version = "${version}"/' data.nix; git commit -qam ${version}
    cd /srv/conf; system=$(nix build --no-link --print-out-paths --override-input dep git+file:///srv/dep --no-write-lock-file .#nixosConfigurations.host.config.system.build.toplevel)`;
  const use = 'nix-env -p /nix/var/nix/profiles/system --set $system; $system/bin/switch-to-configuration switch';

  test.each(['activate:done', 'boot:done'])('at %s leaves what a person has switched to since alone', async (killAt) => {
    await machine.publish({ version: '2' });
    expect((await machine.start({ killAt })).exitCode).toBe(137);
    const own = await machine.sh(`${build('own')}; ${use} >&2; echo $system`);
    const [recovery] = await machine.update({ options: { ...machine.options, ...stop } });
    expect(recovery).toMatchObject({ kind: 'recovery', warnings: [expect.stringContaining(own)] });
    expect(await machine.facts()).toMatchObject({ current: own, bootDefault: own, profile: own });
  });

  test('is taken back, and the boot that is awaited then is one into what a person has made the default since', async () => {
    await machine.publish({ version: '2' });
    expect((await machine.start({ killAt: 'activate:done' })).exitCode).toBe(137);
    await machine.sh(`sed -i 's/kernel = "[^"]*"/kernel = "6.2"/' /srv/dep/data.nix`);
    const useAtBoot = 'nix-env -p /nix/var/nix/profiles/system --set $system; $system/bin/switch-to-configuration boot';
    const own = await machine.sh(`${build('own')}; { ${useAtBoot}; } >&2; echo $system`);
    const [recovery] = await machine.update({ options: { ...machine.options, ...stop } });
    expect(recovery).toMatchObject({
      ...{ kind: 'recovery', status: 'rolled-back', reboot: 'pending' },
      warnings: [expect.stringContaining(own)],
    });
    expect(await machine.facts()).toMatchObject({ current: before.current, bootDefault: own, profile: own });
    const marker = JSON.parse(await machine.sh('cat /root/.local/state/rota/nix-update/reboot.json'));
    expect(marker).toMatchObject({ expected: own, previous: before.current });
    await machine.reboot();
    expect(await machine.update({ options: { ...machine.options, ...stop } })).toMatchObject([
      { kind: 'verification', status: 'updated' },
      { status: 'failed' },
    ]);
  });

  test("at profile:started is finished where what was the default before is gone from the store: that is nobody's", async () => {
    await machine.publish({ version: '2' });
    await machine.sh('ln -sfn /nix/store/00000000000000000000000000000000-gone /nix/var/nix/profiles/system-1-link');
    expect((await machine.start({ killAt: 'profile:started' })).exitCode).toBe(137);
    const [recovery] = await machine.update({ options: { ...machine.options, ...stop } });
    expect(recovery).toMatchObject({ kind: 'recovery', status: 'updated', warnings: [] });
    expect(await machine.facts()).toMatchObject({ current: recovery?.to, bootDefault: recovery?.to, profile: recovery?.to });
  });

  test('when it had only tested a system does not make it what boots', async () => {
    await machine.publish({ version: '2' });
    const options = { ...machine.options, operation: 'test' } as const;
    expect((await machine.start({ killAt: 'keep-lock:started', options })).exitCode).toBe(137);
    const [recovery, update] = await machine.update({ options });
    expect([recovery?.status, update?.status]).toEqual(['updated', 'unchanged']);
    expect(await machine.facts()).toMatchObject({
      current: recovery?.to,
      bootDefault: before.bootDefault,
      profile: before.profile,
      generations: 1,
    });
  });

  const committing = { hostCanCommitConfig: true };
  /** A run that is killed as told, and the two after it: whatever the moment, the machine and the checkout are the old ones or the new ones. */
  const isEnded = async (request: Partial<DriverRequest>): Promise<void> => {
    await machine.publish({ version: '2' });
    const killed = await machine.start(request);
    expect([killed.exitCode, killed.stdout]).toEqual([137, '']);
    const after = await machine.facts();
    expect([before.current, after.current]).toContain(after.bootDefault);
    // What an orphan still does is over when the next night comes.
    await machine.sh('for i in $(seq 100); do pgrep -x "nix|nix-store|nix-env|git" >/dev/null || exit 0; sleep 0.1; done');
    const options = { ...machine.options, ...request.options };
    await machine.update({ options: { ...options, ...stop } });
    const ended = await machine.facts();
    expect(ended).toMatchObject({ bootDefault: ended.current, profile: ended.current });
    if (ended.current === before.current) expect({ ...ended, journal: [] }).toEqual(before);
    const reports = await machine.update({ options });
    expect(reports).toMatchObject([{ status: ended.current === before.current ? 'updated' : 'unchanged' }]);
    const last = await machine.facts();
    expect(last).toMatchObject({ bootDefault: last.current, profile: last.current, generations: 2 });
    expect(last.current).not.toBe(before.current);
    if (options.hostCanCommitConfig)
      expect(last).toMatchObject({ gitLog: ['flake.lock: update on nix-killed', 'first'], gitStatus: '' });
    expect(await machine.sh('git -C /srv/conf worktree list | wc -l')).toBe('1');
  };

  test.each<[string, Partial<NixUpdateOptions>]>([
    ['nix flake update', {}],
    ['nix-env --profile', {}],
    ['merge --quiet', committing],
    ['switch-to-configuration boot', committing],
  ])('when %s has ended and the updater does not know it yet, is undone or finished', async (killAfter, options) => {
    await isEnded({ killAfter, options: { ...machine.options, ...options } });
  });

  test('inside nix flake update puts the lock back, and keeps what somebody has written there since', async () => {
    await machine.publish({ version: '2' });
    expect((await machine.start({ killAfter: 'nix flake update' })).exitCode).toBe(137);
    await machine.sh('echo >>/srv/conf/flake.lock');
    const edited = (await machine.facts()).lock;
    const [recovery] = await machine.update({ options: { ...machine.options, ...stop } });
    const kept = '/root/.local/state/rota/nix-update/flake.lock.set-aside';
    expect(recovery).toMatchObject({ kind: 'recovery', warnings: [expect.stringContaining(kept)] });
    expect((await machine.facts()).lock).toBe(before.lock);
    expect(await machine.sh(`base64 -w0 ${kept}`)).toBe(edited);
  });

  const inside = process.env.ROTA_LONG ? Array.from({ length: 33 }, (_, index) => index) : [];
  test.each(inside)(
    'while its program number %i runs, is undone or finished',
    async (killDuring) => {
      await isEnded({ killDuring, options: { ...machine.options, ...committing } });
    },
    600_000,
  );

  test.runIf(inside.length > 0)('has no more programs than these', async () => {
    await machine.publish({ version: '2' });
    const [report] = await machine.update({ options: { ...machine.options, ...committing } });
    expect(report?.commands.length).toBe(inside.length);
  });

  test('during the activation waits for it to end, then goes back', async () => {
    await machine.publish({ version: '2' });
    await machine.sh('echo 3 >/var/lib/machine/slow');
    const running = machine.start();
    await machine.sh(
      'for i in $(seq 300); do grep -q ^test /var/lib/machine/journal && exit 0; sleep 0.1; done 2>/dev/null; exit 1',
    );
    await machine.sh('pkill -KILL -f "^node /root/driver"');
    expect((await running).exitCode).toBe(137);
    expect(await machine.update({ options: { ...machine.options, ...stop } })).toMatchObject([
      { kind: 'recovery', status: 'rolled-back' },
      { status: 'failed', failure: { class: 'hook' } },
    ]);
    expect({ ...(await machine.facts()), journal: [] }).toEqual(before);
  });

  test.each(
    process.env.ROTA_LONG
      ? ['activate:done', 'health:started', 'health:done', 'profile:started', 'profile:done']
      : ['health:done'],
  )('by a power cut at %s boots the old system, and does not try the new one again', async (killAt) => {
    await machine.publish({ version: '2' });
    expect((await machine.start({ killAt })).exitCode).toBe(137);
    expect((await machine.facts()).current).not.toBe(before.current);
    await machine.reboot({ hard: true });
    const reports = await machine.update();
    expect(reports).toMatchObject([
      { kind: 'recovery', failure: { class: 'interrupted' } },
      { status: 'deferred', failure: { class: 'bad-revision' } },
    ]);
    // A profile that has pointed at the new system gets the old one as another generation.
    const generations = killAt === 'profile:done' ? 3 : 1;
    expect({ ...(await machine.facts()), journal: [] }).toEqual({ ...before, generations });
  });

  test('by a power cut when the new system was made what boots is finished: it is healthy, and it boots', async () => {
    await machine.publish({ version: '2' });
    expect((await machine.start({ killAt: 'boot:done' })).exitCode).toBe(137);
    await machine.reboot({ hard: true });
    const [recovery] = await machine.update();
    expect(recovery).toMatchObject({ kind: 'recovery', status: 'updated' });
    expect(await machine.facts()).toMatchObject({ current: recovery?.to, bootDefault: recovery?.to, profile: recovery?.to });
  });

  test('when its boot entry is written is not finished while another switch goes on: that is deferred, and no failure', async () => {
    await machine.publish({ version: '2' });
    expect((await machine.start({ killAt: 'boot:started' })).exitCode).toBe(137);
    await machine.sh('cd /var/lib/machine; echo 1 >rc-boot; echo "Could not acquire lock" >says-boot');
    const busy = { options: { ...machine.options, activationTimeout: '1s' } };
    for (const _ of ['one night', 'the next'])
      expect(await machine.update(busy)).toMatchObject([
        { kind: 'recovery', status: 'deferred', failure: { class: 'busy' }, step: 'boot' },
      ]);
    await machine.sh('rm /var/lib/machine/rc-boot /var/lib/machine/says-boot');
    const [recovery] = await machine.update();
    expect(recovery).toMatchObject({ kind: 'recovery', status: 'updated' });
    expect(await machine.facts()).toMatchObject({ current: recovery?.to, bootDefault: recovery?.to, profile: recovery?.to });
  });

  test('leaves no lock behind, and two at once are one and a refusal', async () => {
    await machine.publish({ version: '2', slow: 2 });
    const first = machine.start();
    await machine.sh('for i in $(seq 300); do [ -e /root/.local/state/rota/nix-update/lock ] && exit 0; sleep 0.1; done; exit 1');
    const second = await machine.start();
    expect([second.exitCode, JSON.parse(second.stdout)]).toEqual([1, { error: 'ROTA_LOCK_HELD' }]);
    expect(JSON.parse((await first).stdout)).toMatchObject([{ status: 'updated' }]);
    expect(await machine.update()).toMatchObject([{ status: 'unchanged' }]);
  });
});
