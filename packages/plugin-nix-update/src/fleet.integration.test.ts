import { requirePart, testMachinePart } from '@rota/test-support';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type NixMachine, nixMachine } from './testing/nix-machine.ts';

const describe = requirePart(testMachinePart);

const hour = 3_600_000;
const fleet = { repository: '/srv/fleet.git' };
const rings = [{ name: 'canary' }, { name: 'rest', soak: '1h' }];

describe('hosts that share what they have seen through Git', () => {
  let machine: NixMachine;
  beforeAll(async () => {
    machine = await nixMachine('nix-fleet');
  });
  beforeEach(async () => {
    await machine.reset();
    await machine.sh('rm -rf /root/state-of-* /srv/fleet.git; git init -q --bare /srv/fleet.git');
  });

  const on = (hostname: string, ring: string | undefined, more: object = {}) => ({
    hostname,
    options: {
      ...machine.options,
      fleet: { ...fleet, ...(ring === undefined ? {} : { ring }) },
      ...(ring === undefined ? {} : { rings }),
    },
    ...more,
  });
  /** The other host is a machine that has not been updated: the system and the checkout are those of the beginning. */
  const becomeOtherHost = async (): Promise<void> =>
    void (await machine.sh(
      'cd /srv/conf; git reset -q --hard first; first=$(cat /var/lib/machine/first); nix-env -p /nix/var/nix/profiles/system --set $first; $first/bin/switch-to-configuration switch',
    ));

  test('do not try a lock that one of them has sent back', async () => {
    await machine.publish({ version: '2', appRc: 1 });
    expect(await machine.update(on('anna', undefined))).toMatchObject([{ status: 'rolled-back' }]);
    expect(await machine.update(on('bert', undefined))).toMatchObject([
      { status: 'deferred', failure: { class: 'bad-revision', message: expect.stringContaining('anna') } },
    ]);
    await machine.publish({ version: '3' });
    expect(await machine.update(on('bert', undefined))).toMatchObject([{ status: 'updated' }]);
  });

  test('in a later ring take exactly the lock that the earlier one has proven, after it has soaked', async () => {
    await machine.publish({ version: '2' });
    const [canary] = await machine.update(on('anna', 'canary'));
    expect(canary).toMatchObject({ status: 'updated', warnings: [] });
    await machine.publish({ version: '3' });
    await becomeOtherHost();
    expect(await machine.update(on('bert', 'rest'))).toMatchObject([{ status: 'deferred', failure: { class: 'ring' } }]);
    const [later] = await machine.update(on('bert', 'rest', { clockOffsetMs: 2 * hour }));
    expect(later).toMatchObject({ status: 'updated', to: canary?.to, lockDigest: canary?.lockDigest });
    await becomeOtherHost();
    expect(await machine.update(on('carl', 'rest', { cause: 'emergency' }))).toMatchObject([
      { status: 'updated', lockDigest: expect.not.stringMatching(`^${canary?.lockDigest}$`) },
    ]);
    const published = await machine.sh('git -C /srv/fleet.git show rota-fleet:hosts/bert.json');
    expect(JSON.parse(published)).toMatchObject({
      host: 'bert',
      ring: 'rest',
      status: 'updated',
      healthy: [{ lockDigest: canary?.lockDigest }],
    });
  });

  test('are not told that a lock is bad because the disk of one of them was full', async () => {
    await machine.publish({ version: '2' });
    await machine.sh('echo "No space left on device" >/var/lib/machine/says-boot');
    const at = { moment: 'boot:failed', run: 'rm /var/lib/machine/says-boot' };
    expect(await machine.update(on('anna', undefined, { at }))).toMatchObject([
      { status: 'rolled-back', step: 'boot', failure: { class: 'disk' } },
    ]);
    expect(await machine.update(on('bert', undefined))).toMatchObject([{ status: 'updated' }]);
  });

  test('that are ahead of their ring after an emergency wait for it, and nobody is alarmed', async () => {
    await machine.publish({ version: '2' });
    await machine.update(on('anna', 'canary'));
    await becomeOtherHost();
    await machine.publish({ version: '3' });
    const [ahead] = await machine.update(on('bert', 'rest', { cause: 'emergency' }));
    expect(ahead).toMatchObject({ status: 'updated' });
    const lock = (await machine.facts()).lock;
    expect(await machine.update(on('bert', 'rest', { clockOffsetMs: 2 * hour }))).toMatchObject([
      { status: 'deferred', failure: { class: 'ring' } },
    ]);
    expect(await machine.facts()).toMatchObject({ current: ahead?.to, lock });
  });

  test('that cannot reach the others update nothing; that cannot tell them say so', async () => {
    await machine.publish({ version: '2' });
    await machine.sh('rm -rf /srv/fleet.git');
    const [report] = await machine.update(on('anna', undefined));
    expect(report).toMatchObject({
      status: 'failed',
      step: 'update-lock',
      warnings: [expect.stringContaining('The fleet was not told')],
    });
  });

  test('are neither stopped by what a stranger pushed, nor led to write elsewhere', async () => {
    await machine.publish({ version: '2' });
    const push = async (make: string): Promise<string> =>
      await machine.sh(`rm -rf /tmp/evil; git init -q -b rota-fleet /tmp/evil; cd /tmp/evil; ${make}
        git add .; git commit -qm evil; git push -q --force /srv/fleet.git rota-fleet`);
    await push(`mkdir hosts
      echo '{ "formatVersion": 1, "host": "evil", "healthy": [null], "bad": [null] }' >hosts/evil.json
      echo '{ "formatVersion": 1, "host": "bert", "bad": "no list" }' >hosts/anna.json
      ln -s /etc/shadow hosts/link.json`);
    expect(await machine.update(on('anna', undefined))).toMatchObject([{ status: 'updated', warnings: [] }]);
    await push('ln -s /etc hosts; ln -s /etc locks');
    await machine.publish({ version: '3' });
    const [report] = await machine.update(on('anna', undefined));
    expect(report).toMatchObject({ status: 'updated', warnings: [expect.stringContaining('The fleet was not told')] });
    expect(await machine.sh('find /etc -name "*.json" -newer /srv/fleet.git/HEAD')).toBe('');
  });

  test('publish at the same time without losing a report', async () => {
    const names = ['anna', 'bert', 'carl', 'dora'];
    const settings = { enable: true, preUpdateHooks: [{ command: ['false'] }] };
    const runs = names.map(
      async (hostname) =>
        await machine.update({ ...on(hostname, undefined), options: { ...on(hostname, undefined).options, ...settings } }),
    );
    for (const [report] of await Promise.all(runs)) expect(report).toMatchObject({ failure: { class: 'hook' }, warnings: [] });
    expect(await machine.sh('git -C /srv/fleet.git ls-tree --name-only rota-fleet:hosts')).toBe(
      names.map((name) => `${name}.json`).join('\n'),
    );
  });
});
