import { requirePart, testMachinePart } from '@rota/test-support';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type MachineFacts, type NixMachine, nixMachine } from './testing/nix-machine.ts';
import { installRotaNix, type RotaNix } from './testing/rota-nix.ts';

const describe = requirePart(testMachinePart);

describe('while somebody else switches the machine', () => {
  let machine: NixMachine;
  let json: RotaNix['json'];
  let rota: RotaNix['rota'];
  let declare: RotaNix['declare'];
  let before: MachineFacts;
  beforeAll(async () => {
    machine = await nixMachine('nix-other-switch');
    ({ json, rota, declare } = await installRotaNix(machine));
  });
  beforeEach(async () => {
    await machine.reset();
    before = await machine.facts();
  });

  const toplevel = '.#nixosConfigurations.host.config.system.build.toplevel';
  /** A system that somebody has built for this machine and not activated yet. */
  const ownSystem = async (): Promise<string> => {
    await machine.publish({ version: 'own' });
    return await machine.sh(
      `cd /srv/conf; nix build --no-link --print-out-paths --override-input dep git+file:///srv/dep --no-write-lock-file ${toplevel}`,
    );
  };
  const state = '/root/.local/state/rota/nix-update';
  const remembered = async (): Promise<string> => await machine.sh(`ls ${state}`);
  const busy = {
    class: 'busy',
    message: expect.stringMatching(/process \d+ \(.*switch-to-configuration test\) of comin\.service, since 20/),
  };

  /** A switch of comin that has made its system active, and then goes on until it is stopped. */
  const hangingSwitch = async (): Promise<{ readonly own: string; readonly end: () => Promise<void> }> => {
    const own = await ownSystem();
    const end = async (): Promise<void> => void (await machine.exec('systemctl', ['stop', 'comin']));
    onTestFinished(end);
    await machine.sh(`echo 'sleep 300; true' >/var/lib/machine/after-test
      systemd-run --quiet --collect --unit=comin ${own}/bin/switch-to-configuration test
      for i in $(seq 100); do [ -e /var/lib/machine/after-test-once ] && [ ! -e /var/lib/machine/after-test ] && exit 0; sleep 0.1; done; exit 1`);
    return { own, end };
  };

  test('and does not end, it is named, the third run that is put off is told, and the end of it too', async () => {
    const { own, end } = await hangingSwitch();
    await machine.publish({ version: '2' });
    const notify = { command: ['sh', '-c', 'cat >>/var/lib/machine/mail'] };
    const options = { ...machine.options, activationTimeout: '2s', notify };
    const mail = async (): Promise<readonly unknown[]> =>
      (await machine.sh('touch /var/lib/machine/mail; cat /var/lib/machine/mail'))
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    for (const _ of ['first', 'second']) {
      const [report] = await machine.update({ options });
      expect(report).toMatchObject({ status: 'deferred', step: 'activate', failure: busy });
      expect(report?.failure?.message).not.toContain('This is run');
    }
    expect(await mail()).toEqual([]);
    const [third] = await machine.update({ options });
    const insistent = { status: 'deferred', failure: { message: expect.stringContaining('This is run 3 in a row') } };
    expect(third).toMatchObject(insistent);
    expect(await mail()).toMatchObject([
      {
        event: 'failure',
        status: 'deferred',
        class: 'busy',
        text: expect.stringContaining('of comin.service'),
        report: insistent,
      },
    ]);
    await declare(machine.options);
    expect(await json('nix', 'status')).toMatchObject({ last: insistent, statistics: { heldUpInARow: 3 } });
    expect(await machine.facts()).toMatchObject({ current: own, bootDefault: before.bootDefault, profile: before.profile });

    await end();
    expect(await machine.update({ options })).toMatchObject([{ status: 'updated' }]);
    expect(await mail()).toMatchObject([{}, { event: 'recovery', status: 'updated' }]);
  });

  const use = (own: string): string =>
    `nix-env -p /nix/var/nix/profiles/system --set ${own}; ${own}/bin/switch-to-configuration switch`;
  const unwell = { healthChecks: [{ command: ['sh', '-c', 'exit 1'], timeout: '1s' }] };

  test.each([
    ['fail', unwell],
    ['pass', {}],
  ])(
    'during the health checks, which %s, theirs is left alone, and nothing is held against what it replaced',
    async (_, checks) => {
      const own = await ownSystem();
      await machine.publish({ version: '2' });
      const at = { moment: 'health:started', run: `{ ${use(own)}; } >&2` };
      const [report] = await machine.update({ options: { ...machine.options, ...checks }, at });
      expect(report).toMatchObject({
        status: 'deferred',
        step: 'health',
        failure: { class: 'precondition', message: expect.stringContaining(own) },
      });
      const { journal, ...after } = await machine.facts();
      expect(after).toMatchObject({ current: own, bootDefault: own, profile: own, lock: before.lock });
      expect(journal).toEqual([`test ${report?.to}`, `switch ${own}`]);
      expect(await remembered()).not.toMatch(/bad-revisions|journal/);
    },
  );

  test('during the health checks and has not ended when these fail, it is waited for, and left alone', async () => {
    const own = await ownSystem();
    await machine.publish({ version: '2' });
    const run = `echo 5 >/var/lib/machine/slow; systemd-run --quiet --collect ${own}/bin/switch-to-configuration test
      for i in $(seq 100); do grep -q 'test ${own}' /var/lib/machine/journal && exit 0; sleep 0.1; done; exit 1`;
    const [report] = await machine.update({ options: { ...machine.options, ...unwell }, at: { moment: 'health:started', run } });
    expect(report).toMatchObject({ status: 'deferred', failure: { message: expect.stringContaining(own) } });
    expect(await machine.facts()).toMatchObject({ current: own, bootDefault: before.bootDefault, profile: before.profile });
    expect(await remembered()).not.toContain('bad-revisions');
  });

  test('while it is rolled back, theirs is waited for and left alone, and the report says so', async () => {
    const own = await ownSystem();
    await machine.publish({ version: '2', appRc: 1 });
    // It begins when the checks have failed.
    const run = `echo 5 >/var/lib/machine/slow; systemd-run --quiet --collect ${own}/bin/switch-to-configuration test
      for i in $(seq 100); do grep -q 'test ${own}' /var/lib/machine/journal && exit 0; sleep 0.1; done; exit 1`;
    const [report] = await machine.update({ at: { moment: 'health:failed', run } });
    expect(report).toMatchObject({
      status: 'rolled-back',
      step: 'health',
      warnings: expect.arrayContaining([expect.stringContaining(own)]),
    });
    expect(await machine.facts()).toMatchObject({ current: own, bootDefault: before.bootDefault, profile: before.profile });
  });

  test('and never ends while what is not well is to be rolled back, that is a failed rollback, told again until it is done', async () => {
    const own = await ownSystem();
    await machine.publish({ version: '2', appRc: 1 });
    const end = async (): Promise<void> => void (await machine.exec('systemctl', ['stop', 'comin']));
    onTestFinished(end);
    const run = `echo 300 >/var/lib/machine/slow; systemd-run --quiet --collect --unit=comin ${own}/bin/switch-to-configuration test
      for i in $(seq 100); do grep -q 'test ${own}' /var/lib/machine/journal && exit 0; sleep 0.1; done; exit 1`;
    const options = { ...machine.options, activationTimeout: '2s' };
    const failed = { status: 'rollback-failed', failure: { class: 'rollback', message: busy.message } };
    const [report] = await machine.update({ options, at: { moment: 'health:started', run } });
    expect(report).toMatchObject(failed);
    expect(report?.failure?.message).toContain('app.service');
    expect(await machine.update({ options })).toMatchObject([{ kind: 'recovery', ...failed }]);
    await machine.sh('rm /var/lib/machine/slow');
    await end();
    expect(await machine.update()).toMatchObject([
      { kind: 'recovery', status: 'rolled-back' },
      { status: 'deferred', failure: { class: 'bad-revision' } },
    ]);
    expect({ ...(await machine.facts()), journal: [] }).toEqual(before);
  });

  test('to what boots only, during health checks that fail, what boots stays theirs, and what is active is rolled back', async () => {
    const own = await ownSystem();
    await machine.publish({ version: '2', appRc: 1 });
    const run = `{ nix-env -p /nix/var/nix/profiles/system --set ${own}; ${own}/bin/switch-to-configuration boot; } >&2`;
    const [report] = await machine.update({ at: { moment: 'health:started', run } });
    expect(report).toMatchObject({
      status: 'rolled-back',
      failure: { class: 'health' },
      warnings: expect.arrayContaining([expect.stringContaining(own)]),
    });
    expect(await machine.facts()).toMatchObject({ current: before.current, bootDefault: own, profile: own });
  });

  test('a person who goes back to the system before, during the health checks, stays there', async () => {
    await machine.publish({ version: '2' });
    const run = `${before.current}/bin/switch-to-configuration test >&2`;
    const [report] = await machine.update({ at: { moment: 'health:started', run } });
    expect(report).toMatchObject({ status: 'deferred', failure: { message: expect.stringContaining(before.current) } });
    expect({ ...(await machine.facts()), journal: [] }).toEqual(before);
  });

  test('a cut-off update is not taken back: that is deferred, no failure, and done when the other has ended', async () => {
    await machine.publish({ version: '2' });
    expect((await machine.start({ killAt: 'activate:done' })).exitCode).toBe(137);
    const stop = async (): Promise<void> => void (await machine.exec('systemctl', ['stop', 'comin']));
    onTestFinished(stop);
    await machine.sh(`echo 'sleep 300; true' >/var/lib/machine/after-test
      systemd-run --quiet --collect --unit=comin $(readlink /run/current-system)/bin/switch-to-configuration test
      for i in $(seq 100); do [ ! -e /var/lib/machine/after-test ] && exit 0; sleep 0.1; done; exit 1`);
    const options = { ...machine.options, activationTimeout: '2s' };
    for (const _ of ['one night', 'the next'])
      expect(await machine.update({ options })).toMatchObject([{ kind: 'recovery', status: 'deferred', failure: busy }]);
    await stop();
    const [recovery] = await machine.update();
    expect(recovery).toMatchObject({ kind: 'recovery', status: 'rolled-back' });
  });

  test('rollback waits for it, and when it does not end changes nothing, says who it is, and has an exit code of its own', async () => {
    await machine.publish({ version: '2' });
    const [updated] = await machine.update();
    const { own, end } = await hangingSwitch();
    await declare({ ...machine.options, activationTimeout: '3s' });
    const { exitCode, stdout } = await rota('nix', 'rollback', '--yes', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'rollback', status: 'deferred', failure: busy });
    expect(exitCode).toBe(1);
    expect(await machine.facts()).toMatchObject({ current: own, bootDefault: updated?.to, profile: updated?.to });
    expect(await remembered()).not.toMatch(/bad-revisions|journal/);

    // One that ends is waited for.
    const ended = json('nix', 'rollback', '--yes');
    await machine.sh('sleep 1.5');
    await end();
    expect(await ended).toMatchObject({ status: 'rolled-back', to: before.current });
    expect(await machine.facts()).toMatchObject({
      current: before.current,
      bootDefault: before.current,
      profile: before.current,
    });
  });
});
