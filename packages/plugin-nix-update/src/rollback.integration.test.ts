import { requirePart, testMachinePart } from '@rota/test-support';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type MachineFacts, type NixMachine, nixMachine } from './testing/nix-machine.ts';

const describe = requirePart(testMachinePart);

describe('an update that is not well', () => {
  let machine: NixMachine;
  let before: MachineFacts;
  beforeAll(async () => {
    machine = await nixMachine('nix-rollback');
  });
  beforeEach(async () => {
    await machine.reset();
    before = await machine.facts();
  });

  /** However the test ends. */
  const stopAfterwards = (...units: readonly string[]): void =>
    onTestFinished(async () => {
      await machine.exec('systemctl', ['stop', ...units]);
      await machine.exec('systemctl', ['reset-failed', ...units]);
    });
  const badList = async (): Promise<readonly { readonly path: string; readonly reason: string }[]> =>
    JSON.parse(await machine.sh('cat /root/.local/state/rota/nix-update/bad-revisions.json'));

  test('is rolled back when its health check fails after the switch, and told once', async () => {
    await machine.publish({ version: '2', appRc: 1 });
    const [report] = await machine.update({
      options: { ...machine.options, notify: { command: ['sh', '-c', 'cat >>/var/lib/machine/mail'] } },
    });
    expect(report).toMatchObject({ status: 'rolled-back', step: 'health', failure: { class: 'health' } });
    expect(report?.failure?.message).toContain('app.service');
    expect(await machine.facts()).toEqual({ ...before, journal: [`test ${report?.to}`, `test ${before.current}`] });
    const mail = (await machine.sh('cat /var/lib/machine/mail')).split('\n').map((line) => JSON.parse(line));
    expect(mail).toMatchObject([{ event: 'failure', class: 'health', report: { status: 'rolled-back' } }]);
    expect(await badList()).toMatchObject([{ path: report?.to, reason: expect.stringContaining('app.service') }]);
  });

  test('twice in a row lands on the healthy generation both times, and the same revision is not tried again', async () => {
    await machine.publish({ version: '2' });
    const [good] = await machine.update();
    await machine.publish({ version: '3', appRc: 1 });
    const [first] = await machine.update();
    const [again] = await machine.update();
    expect([good?.status, first?.status, again?.status]).toEqual(['updated', 'rolled-back', 'deferred']);
    expect(again?.failure?.class).toBe('bad-revision');
    const between = await machine.facts();
    await machine.publish({ version: '4', switchRc: 2 });
    const [second] = await machine.update();
    expect(second).toMatchObject({ status: 'rolled-back', failure: { class: 'activation' } });
    const after = await machine.facts();
    expect(after).toMatchObject({
      current: good?.to,
      bootDefault: good?.to,
      profile: good?.to,
      generations: 2,
      lock: between.lock,
    });
    await machine.publish({ version: '5' });
    expect(await machine.update()).toMatchObject([{ status: 'updated' }]);
    expect((await badList()).map(({ path }) => path)).toEqual([first?.to, second?.to]);
  });

  test('exit 4 of the switch with a healthy system is a success with a warning', async () => {
    await machine.publish({ version: '2', switchRc: 4 });
    const [report] = await machine.update();
    expect(report).toMatchObject({ status: 'updated', warnings: [expect.stringContaining('failed units')] });
    expect(await machine.facts()).toMatchObject({ current: report?.to, bootDefault: report?.to });
  });

  test.each([1, 2, 7])('exit %i of the switch is taken back', async (switchRc) => {
    await machine.publish({ version: '2', switchRc });
    const [report] = await machine.update();
    expect(report).toMatchObject({ status: 'rolled-back', step: 'activate', failure: { class: 'activation' } });
    expect(await machine.facts()).toEqual({ ...before, journal: [`test ${report?.to}`, `test ${before.current}`] });
  });

  test('an activation that fails because the network was away is taken back, and tried again, once', async () => {
    const lost = async (): Promise<void> =>
      void (await machine.sh(
        `echo 'echo "curl: (6) Could not resolve host: vault.lan" >&2; exit 7' >/var/lib/machine/after-test`,
      ));
    const sentBack = [{ status: 'rolled-back', step: 'activate', failure: { class: 'network' } }];
    await machine.publish({ version: '2' });
    await lost();
    expect(await machine.update()).toMatchObject(sentBack);
    expect({ ...(await machine.facts()), journal: [] }).toEqual(before);
    expect(await machine.update()).toMatchObject([{ status: 'updated' }]);
    // What says so again has perhaps another reason.
    await machine.publish({ version: '3' });
    for (const _ of [1, 2]) {
      await lost();
      expect(await machine.update()).toMatchObject(sentBack);
    }
    expect(await machine.update()).toMatchObject([{ status: 'deferred', failure: { class: 'bad-revision' } }]);
  });

  test('a health check that finds no network is taken back, and tried again, once', async () => {
    const options = { ...machine.options, healthChecks: [{ tcp: '192.0.2.1:80' }] };
    // A network namespace of its own has no way anywhere.
    const lost = async () => await machine.updateIn(['unshare', '--net'], { options });
    const sentBack = [{ status: 'rolled-back', step: 'health', failure: { class: 'network' } }];
    await machine.publish({ version: '2' });
    expect(await lost()).toMatchObject(sentBack);
    expect({ ...(await machine.facts()), journal: [] }).toEqual(before);
    expect(await machine.sh('ls /root/.local/state/rota/nix-update')).not.toContain('bad-revisions');
    expect(await lost()).toMatchObject(sentBack);
    expect(await machine.update()).toMatchObject([{ status: 'deferred', failure: { class: 'bad-revision' } }]);
  });

  test('a tested system is gone back to although it is in no generation and the garbage was collected meanwhile', async () => {
    const options = { ...machine.options, operation: 'test' } as const;
    await machine.publish({ version: '2', padding: 1 });
    const [tested] = await machine.update({ options });
    await machine.publish({ version: '3', padding: 1, appRc: 1 });
    const [bad] = await machine.update({ options, at: { moment: 'health:started', run: 'nix-store --gc >/dev/null 2>&1' } });
    expect(bad).toMatchObject({ status: 'rolled-back', failure: { class: 'health' } });
    expect(await machine.facts()).toMatchObject({
      current: tested?.to,
      bootDefault: before.bootDefault,
      profile: before.profile,
    });
    // Nothing of it is kept longer than that.
    await machine.publish({ version: '4' });
    const [switched] = await machine.update();
    expect(await machine.update()).toMatchObject([{ status: 'unchanged', to: null }]);
    await machine.publish({ version: '5' });
    expect(await machine.update()).toMatchObject([{ status: 'updated', from: switched?.to }]);
    expect(await machine.sh('ls /root/.local/state/rota/nix-update')).not.toContain('rollback-active');
  });

  test.each([
    ['a unit', { unit: 'of-nobody' }, /of-nobody/],
    ['a command', { command: ['sh', '-c', 'echo the vault is sealed >&2; exit 3'] }, /exit 3.*the vault is sealed/],
  ])('is judged by %s, too, and says what it said', async (_, check, said) => {
    await machine.publish({ version: '2' });
    const [report] = await machine.update({ options: { ...machine.options, healthChecks: [check] } });
    expect(report).toMatchObject({ status: 'rolled-back', step: 'health', failure: { class: 'health' } });
    expect(report?.failure?.message).toMatch(said);
    expect({ ...(await machine.facts()), journal: [] }).toEqual(before);
  });

  test('is judged by pages and ports, too: they answer, or it is rolled back', async () => {
    // The machines of two runs share the network.
    const at = `127.0.0.1:${20_000 + (process.pid % 10_000)}`;
    const healthChecks = [{ http: `http://${at}/`, contains: 'It works' }, { tcp: at }];
    const options = { ...machine.options, requiredServices: [], healthChecks };
    const page = 'mkdir -p /srv/page; echo "It works" >/srv/page/index.html';
    const serve = `systemd-run --quiet --collect --unit=page python3 -m http.server --bind 127.0.0.1 --directory /srv/page ${at.split(':')[1]}`;
    stopAfterwards('page');
    // The page comes with the new system: it is waited for.
    await machine.publish({ version: '2' });
    await machine.sh(`echo '${page}; ${serve}' >/var/lib/machine/after-test`);
    const [good] = await machine.update({ options: { ...options, healthGrace: '60s' } });
    expect(good).toMatchObject({ status: 'updated', warnings: [] });

    await machine.publish({ version: '3' });
    await machine.sh("echo 'echo other >/srv/page/index.html' >/var/lib/machine/after-test");
    const [changed] = await machine.update({ options });
    expect(changed).toMatchObject({ status: 'rolled-back', step: 'health', failure: { class: 'health' } });
    expect(changed?.failure?.message).toBe(`http://${at}/ does not contain "It works".`);

    await machine.publish({ version: '4' });
    await machine.sh("echo 'systemctl stop page' >/var/lib/machine/after-test");
    const [gone] = await machine.update({ options });
    expect(gone).toMatchObject({ status: 'rolled-back', step: 'health', failure: { class: 'health' } });
    expect(gone?.failure?.message).toMatch(/ does not answer: .* takes no connection: .*ECONNREFUSED/);
    expect(await machine.facts()).toMatchObject({ current: good?.to, bootDefault: good?.to, profile: good?.to });
  });

  test('a switch that refuses before it begins waits for a boot, and one that hangs and hears nothing is ended and taken back', async () => {
    await machine.publish({ version: '2' });
    await machine.sh('cd /var/lib/machine; echo 1 >rc-test; echo "Pre-switch checks failed" >says-test');
    expect(await machine.update()).toMatchObject([{ status: 'updated', reboot: 'pending' }]);
    await machine.reset();
    await machine.publish({ version: '2' });
    const hang = `trap "" TERM; sleep 300; sleep 300`;
    await machine.sh(`echo '${hang}' >/var/lib/machine/after-test`);
    const slow = { healthChecks: [{ command: ['sh', '-c', 'sleep 300; true'], timeout: '1s' }] };
    const [report] = await machine.update({ options: { ...machine.options, ...slow, activationTimeout: '4s' } });
    expect(report).toMatchObject({ status: 'rolled-back', step: 'activate', failure: { class: 'activation' } });
    // After it a check that never ends does not hold the way back either.
    expect(report?.warnings).toEqual([expect.stringContaining('took too long')]);
    expect(await machine.facts()).toMatchObject({
      current: before.current,
      bootDefault: before.bootDefault,
      profile: before.profile,
    });
  });

  test('a switch that another one keeps from beginning waits for it', async () => {
    await machine.publish({ version: '2' });
    await machine.sh(`cd /var/lib/machine; echo 1 >rc-test; echo "Could not acquire lock" >says-test
      systemd-run --quiet --collect sh -c 'until [ "$(grep -c ^test /var/lib/machine/journal)" -ge 2 ]; do sleep 0.2; done; rm /var/lib/machine/rc-test'`);
    const [report] = await machine.update();
    expect(report).toMatchObject({ status: 'updated', warnings: [] });
    const { journal } = await machine.facts();
    expect(journal.length).toBeGreaterThan(3);
    expect([...new Set(journal)]).toEqual([`test ${report?.to}`, `boot ${report?.to}`]);
  });

  const locked = (action: 'test' | 'boot'): string =>
    `cd /var/lib/machine; echo 1 >rc-${action}; echo "Could not acquire lock" >says-${action}`;

  test('a switch that another one keeps from beginning for too long is put off: nothing is taken back, or held against it', async () => {
    await machine.publish({ version: '2' });
    const impatient = { options: { ...machine.options, activationTimeout: '3s' } };
    await machine.sh(locked('test'));
    const [report] = await machine.update(impatient);
    const deferred = { status: 'deferred', failure: { class: 'busy', message: expect.stringContaining('under way') } };
    expect(report).toMatchObject({ ...deferred, step: 'activate' });
    const { journal, ...after } = await machine.facts();
    expect([...new Set(journal)]).toEqual([`test ${report?.to}`]);
    expect({ ...after, journal: [] }).toEqual(before);
    expect(await machine.sh('ls /root/.local/state/rota/nix-update')).not.toMatch(/bad-revisions|journal/);

    // Where all but the boot entry is done, the next run writes it.
    await machine.sh(`rm rc-test says-test; ${locked('boot')}`.replace('rm ', 'cd /var/lib/machine; rm '));
    expect(await machine.update(impatient)).toMatchObject([{ ...deferred, step: 'boot' }]);
    expect(await machine.facts()).toMatchObject({ current: report?.to, bootDefault: before.bootDefault, profile: report?.to });
    await machine.sh('rm /var/lib/machine/rc-boot');
    expect(await machine.update()).toMatchObject([{ kind: 'recovery', status: 'updated' }, { status: 'unchanged' }]);
    expect(await machine.facts()).toMatchObject({ current: report?.to, bootDefault: report?.to, profile: report?.to });
  });

  test("a person's test of another system that is still being activated is waited for, and not replaced", async () => {
    await machine.publish({ version: 'own' });
    const own = await machine.sh(
      'cd /srv/conf; nix build --no-link --print-out-paths --override-input dep git+file:///srv/dep --no-write-lock-file .#nixosConfigurations.host.config.system.build.toplevel',
    );
    await machine.publish({ version: '2' });
    await machine.sh(`${locked('test')}
      systemd-run --quiet --collect sh -c 'until grep -q ^test /var/lib/machine/journal; do sleep 0.2; done; ln -sfn ${own} /run/current-system; rm /var/lib/machine/rc-test'`);
    expect(await machine.update()).toMatchObject([
      { status: 'deferred', step: 'activate', failure: { class: 'precondition', message: expect.stringContaining(own) } },
    ]);
    expect(await machine.facts()).toMatchObject({ current: own, bootDefault: before.bootDefault, profile: before.profile });
  });

  test('exit 100 of the switch is the boot default, and a reboot is pending', async () => {
    await machine.publish({ version: '2', switchRc: 100 });
    const [report] = await machine.update();
    expect(report).toMatchObject({ status: 'updated', reboot: 'pending' });
    const after = await machine.facts();
    expect(after).toMatchObject({ current: before.current, bootDefault: report?.to, profile: report?.to });
    // The next night finds it pending and does not switch again.
    expect(await machine.update()).toMatchObject([{ status: 'unchanged', reboot: 'pending' }]);
    expect((await machine.facts()).journal).toEqual(after.journal);
  });

  test('whose rollback fails too is said loudly, nothing more is done, and the next run tries the rollback again', async () => {
    await machine.publish({ version: '2', appRc: 1 });
    await machine.sh('echo "echo 1 >/var/lib/machine/rc-test" >/var/lib/machine/after-test');
    const notify = { command: ['sh', '-c', 'cat >>/var/lib/machine/mail'] };
    const [report] = await machine.update({ options: { ...machine.options, notify } });
    expect(report).toMatchObject({ status: 'rollback-failed', failure: { class: 'rollback' } });
    expect(JSON.parse(await machine.sh('cat /var/lib/machine/mail'))).toMatchObject({
      event: 'failure',
      status: 'rollback-failed',
    });
    expect(await machine.facts()).toMatchObject({ current: report?.to, bootDefault: before.current, profile: before.profile });
    expect(await machine.update()).toMatchObject([{ kind: 'recovery', status: 'rollback-failed' }]);
    await machine.sh('rm /var/lib/machine/rc-test');
    expect(await machine.update()).toMatchObject([{ kind: 'recovery', status: 'rolled-back' }, { status: 'deferred' }]);
    expect(await machine.facts()).toMatchObject({ current: before.current, profile: before.profile, lock: before.lock });
  });

  test('whose unit falls down and is started again and again is rolled back; one that ends well each time is not blamed', async () => {
    stopAfterwards('poller', 'faller');
    const restarting = (name: string, program: string): string =>
      `systemd-run --quiet --unit=${name} --property=Restart=always --property=RestartSec=5 ${program}`;
    await machine.publish({ version: '2' });
    await machine.sh(`echo '${restarting('poller', 'true')}' >/var/lib/machine/after-test`);
    expect(await machine.update()).toMatchObject([{ status: 'updated' }]);
    await machine.publish({ version: '3' });
    await machine.sh(`echo '${restarting('faller', 'false')}' >/var/lib/machine/after-test`);
    const [report] = await machine.update();
    expect(report).toMatchObject({ status: 'rolled-back', step: 'health', failure: { class: 'health' } });
    expect(report?.failure?.message).toMatch(/^Units failed that had not before: faller\.service\.$/);
  });

  test('units that had failed before are not blamed on it', async () => {
    stopAfterwards('broken');
    await machine.sh('systemd-run --quiet --unit=broken false || true; until systemctl is-failed broken; do sleep 0.1; done');
    await machine.publish({ version: '2' });
    expect(await machine.update()).toMatchObject([{ status: 'updated' }]);
  });
});
