import { requirePart, testMachinePart } from '@rota/test-support';
import { beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { stepNames } from './steps/step-names.ts';
import { type MachineFacts, type NixMachine, nixMachine } from './testing/nix-machine.ts';

const describe = requirePart(testMachinePart);

const serve = `
rm -rf /srv/http; mkdir -p /srv/http; git clone -q --bare /srv/dep /srv/http/dep.git; git -C /srv/http/dep.git update-server-info
systemd-run --quiet --collect --unit=input-server python3 -m http.server --bind 127.0.0.1 --directory /srv/http 8471
for i in $(seq 100); do curl -sf http://127.0.0.1:8471/dep.git/HEAD >/dev/null && exit 0; sleep 0.1; done; exit 1`;
const republish = 'git -C /srv/dep push -q /srv/http/dep.git main; git -C /srv/http/dep.git update-server-info';
const stop = 'systemctl stop input-server';
const stopIfUp = 'systemctl stop input-server 2>/dev/null || true';
const places = {
  'its state': { folder: '/root/.local/state/rota', size: 'size=1m' },
  'the flake': { folder: '/srv/conf', size: 'size=2m' },
  'the boot loader': { folder: '/boot', size: 'size=64k,nr_inodes=40' },
  'the profiles': { folder: '/nix/var/nix/profiles', size: 'size=64k,nr_inodes=40' },
} as const;
type FullAt = readonly [what: keyof typeof places, moment: string];
const overHttp = `
cd /srv/conf; sed -i 's|git+file:///srv/dep|git+http://127.0.0.1:8471/dep.git|' flake.nix; nix flake lock 2>/dev/null; git commit -qam http
system=$(nix build --no-link --print-out-paths .#nixosConfigurations.host.config.system.build.toplevel)
nix-env -p /nix/var/nix/profiles/system --set "$system"; "$system/bin/switch-to-configuration" switch; rm /var/lib/machine/journal`;

describe('an update without', () => {
  let machine: NixMachine;
  let before: MachineFacts;
  beforeAll(async () => {
    machine = await nixMachine('nix-offline');
  });
  beforeEach(async () => {
    await machine.reset();
    before = await machine.facts();
  });
  /** However the test ends. */
  const afterwards = (script: string): void => onTestFinished(async () => void (await machine.sh(script)));

  test('a network fails when its input was never fetched, and when it is in the cache: it never goes on with what is old', async () => {
    afterwards(stopIfUp);
    await machine.sh(serve);
    await machine.sh(overHttp);
    const online = await machine.facts();
    await machine.publish({ version: '2' });
    await machine.sh(republish);
    await machine.sh(stop);
    const [warm] = await machine.update();
    expect(warm).toMatchObject({
      status: 'failed',
      step: 'update-lock',
      failure: { class: 'stale' },
    });
    expect(await machine.facts()).toEqual(online);

    await machine.sh('rm -rf /root/.cache/nix');
    const [cold] = await machine.update({ options: { ...machine.options, preUpdateValidation: false } });
    expect(cold).toMatchObject({ status: 'failed', step: 'update-lock', failure: { class: 'network' } });
    expect(await machine.facts()).toEqual(online);

    await machine.sh(serve);
    await machine.sh(republish);
    expect(await machine.update()).toMatchObject([{ status: 'updated' }]);
  });

  test('the server of a tarball fails, warm and cold, and with an older tarball is refused: it never goes backwards', async () => {
    const address = `127.0.0.1:${20_000 + (process.pid % 10_000)}`;
    const pack = (version: string, day: string): string => `rm -rf /tmp/dep; mkdir -p /tmp/dep/dep /srv/tar
      echo '{ outputs = _: { data = import ./data.nix; }; }' >/tmp/dep/dep/flake.nix
      sed 's/version = "[^"]*"/version = "${version}"/' /srv/dep/data.nix >/tmp/dep/dep/data.nix
      tar -C /tmp/dep --mtime=${day} -czf /srv/tar/dep.tar.gz dep`;
    const up = `systemd-run --quiet --collect --unit=input-server python3 -m http.server --bind 127.0.0.1 --directory /srv/tar ${address.split(':')[1]}
      for i in $(seq 300); do curl -sf http://${address}/ >/dev/null && exit 0; sleep 0.1; done; exit 1`;
    afterwards(stopIfUp);
    await machine.sh(pack('1', '2026-01-01'));
    await machine.sh(up);
    await machine.sh(`cd /srv/conf; sed -i 's|git+file:///srv/dep|tarball+http://${address}/dep.tar.gz|' flake.nix; nix flake lock 2>/dev/null; git commit -qam tar
      system=$(nix build --no-link --print-out-paths .#nixosConfigurations.host.config.system.build.toplevel)
      nix-env -p /nix/var/nix/profiles/system --set "$system"; "$system/bin/switch-to-configuration" switch; rm /var/lib/machine/journal`);
    const online = await machine.facts();
    await machine.sh(pack('2', '2026-02-01'));
    await machine.sh(stop);
    // This nix fails, where older ones took what was in the cache.
    expect(await machine.update()).toMatchObject([
      { status: 'failed', step: 'update-lock', failure: { class: expect.stringMatching(/^(stale|network)$/) } },
    ]);
    expect(await machine.facts()).toEqual(online);
    await machine.sh('rm -rf /root/.cache/nix');
    const unvalidated = { options: { ...machine.options, preUpdateValidation: false } };
    expect(await machine.update(unvalidated)).toMatchObject([
      { status: 'failed', step: 'update-lock', failure: { class: 'network' } },
    ]);
    expect(await machine.facts()).toEqual(online);

    await machine.sh(up);
    const [good] = await machine.update();
    expect(good).toMatchObject({ status: 'updated', inputs: [{ name: 'dep' }] });
    const newer = await machine.facts();
    await machine.sh(pack('0', '2025-12-01'));
    expect(await machine.update()).toMatchObject([{ status: 'failed', step: 'update-lock', failure: { class: 'backwards' } }]);
    expect(await machine.facts()).toEqual(newer);
  });

  test('GitHub fails, and leaves the lock byte for byte', async () => {
    const locked = {
      lastModified: 1,
      narHash: 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
      owner: 'example',
      repo: 'dep',
      rev: '1'.repeat(40),
      type: 'github',
    };
    const original = { owner: 'example', repo: 'dep', type: 'github' };
    const lock = { nodes: { dep: { locked, original }, root: { inputs: { dep: 'dep' } } }, root: 'root', version: 7 };
    afterwards("sed -i '/download-attempts/d' /etc/nix/nix.conf");
    await machine.sh(`cd /srv/conf; sed -i 's|git+file:///srv/dep|github:example/dep|' flake.nix
      printf '%s' '${JSON.stringify(lock)}' >flake.lock; git commit -qam github; echo 'download-attempts = 1' >>/etc/nix/nix.conf`);
    const given = await machine.facts();
    for (const preUpdateValidation of [true, false]) {
      const options = { ...machine.options, preUpdateValidation };
      const [report] = await machine.updateIn(['unshare', '--net'], { options });
      expect(report).toMatchObject({
        status: 'failed',
        step: preUpdateValidation ? 'validate' : 'update-lock',
        failure: { class: 'network' },
      });
      expect(await machine.facts()).toEqual(given);
    }
  });

  test('room for what is fetched is refused before anything is fetched', async () => {
    await machine.publish({ version: 'fetched', padding: 64 });
    const [good] = await machine.update();
    afterwards("sed -i '/srv.cache/d; /require-sigs/d' /etc/nix/nix.conf; rm -rf /srv/cache");
    // A binary cache has it, and the store has no longer.
    await machine.sh(
      `nix copy --to file:///srv/cache ${good?.to}; printf '%s\n' 'substituters = file:///srv/cache' 'require-sigs = false' >>/etc/nix/nix.conf`,
    );
    await machine.reset();
    await machine.sh(`cd /srv/dep; git reset -q --hard 'HEAD@{1}'; nix-store --delete ${good?.to} >/dev/null`);
    const small =
      'mount -t tmpfs -o size=8m small /mnt; mkdir /mnt/up /mnt/work; mount -t overlay over -o lowerdir=/nix/store,upperdir=/mnt/up,workdir=/mnt/work /nix/store; exec "$@"';
    const [report] = await machine.updateIn(['unshare', '--mount', 'sh', '-ec', small, 'sh']);
    expect(report).toMatchObject({ status: 'failed', step: 'cost', failure: { class: 'disk' } });
    expect(report?.failure?.message).toMatch(/unpacks 64 MiB, and \/nix\/store has \d MiB free/);
    expect(await machine.facts()).toEqual(before);
    expect(await machine.update()).toMatchObject([{ status: 'updated', to: good?.to }]);
  });

  test('room on one file system, such as that of the boot loader, does not begin', async () => {
    await machine.publish({ version: '2' });
    const full = 'mount -t tmpfs -o size=1m boot /boot; head -c 10m /dev/zero >/boot/ballast || true; exec "$@"';
    const options = { ...machine.options, diskThreshold: 99 };
    const [report] = await machine.updateIn(['unshare', '--mount', 'sh', '-ec', full, 'sh'], { options });
    expect(report).toMatchObject({ status: 'failed', step: 'preconditions', failure: { class: 'disk' } });
    expect(report?.failure?.message).toContain('/boot is 100 % full');
    expect(await machine.facts()).toEqual(before);
  });

  test('a route is put off to the next run', async () => {
    await machine.publish({ version: '2' });
    // A network namespace of its own has no route.
    const [report] = await machine.updateIn(['unshare', '--net'], { options: { ...machine.options, requireNetwork: true } });
    expect(report).toMatchObject({ status: 'deferred', step: 'preconditions', failure: { class: 'precondition' } });
    expect(await machine.facts()).toEqual(before);
  });

  test('room in the store fails and leaves the machine and the lock as they were', async () => {
    await machine.publish({ version: '2', slow: 0, padding: 64 });
    // What is built goes to a file system of 8 MB that lies over the store, for this run only.
    const small =
      'mount -t tmpfs -o size=8m small /mnt; mkdir /mnt/up /mnt/work; mount -t overlay over -o lowerdir=/nix/store,upperdir=/mnt/up,workdir=/mnt/work /nix/store; exec "$@"';
    const [report] = await machine.updateIn(['unshare', '--mount', 'sh', '-ec', small, 'sh']);
    expect(report).toMatchObject({ status: 'failed', failure: { class: 'disk' } });
    expect(await machine.facts()).toEqual(before);
  });

  // What fills up, by a small file system of its own, and when; `npm run test:long` fills the state at every moment.
  const everyMoment = stepNames.flatMap((name): readonly FullAt[] => [
    ['its state', `${name}:started`],
    ['its state', `${name}:done`],
  ]);
  const more: readonly FullAt[] = [...everyMoment, ['the flake', 'validate:done']];
  const fullAt: readonly FullAt[] = [
    ['its state', 'boot:done'],
    ['the flake', 'hooks:done'],
    ['the boot loader', 'health:done'],
    ['the profiles', 'health:done'],
    ...(process.env.ROTA_LONG ? more : []),
  ];

  test.each(fullAt)(
    'room for %s from %s on leaves a system that boots and is active, and goes on when there is room',
    async (what, moment) => {
      const { folder, size } = places[what];
      await machine.publish({ version: '2' });
      await machine.sh(
        `rm -rf /tmp/kept; mkdir -p ${folder}; cp -a ${folder} /tmp/kept; mount -t tmpfs -o ${size} small ${folder}; cp -a /tmp/kept/. ${folder}`,
      );
      try {
        const fill = `head -c 100m /dev/zero >${folder}/ballast; for i in $(seq 300); do ln -s x ${folder}/ballast$i || break; done`;
        const [report] = await machine.update({ at: { moment, run: fill } });
        const full = await machine.facts();
        const kept = report?.status === 'updated';
        expect(report?.status).toMatch(/^(updated|failed|rolled-back)$/);
        if (!kept) expect(report?.failure?.class).toBe('disk');
        const system = kept ? report?.to : before.current;
        expect(full).toMatchObject({ current: system, bootDefault: system, profile: system });
        if (!kept && what !== 'the flake') expect(full.lock).toBe(before.lock);

        await machine.sh(`rm -f ${folder}/ballast*`);
        const reports = await machine.update();
        expect(reports.at(-1)?.status).toBe(kept ? 'unchanged' : 'updated');
        const to = reports.at(-1)?.to ?? report?.to;
        expect(await machine.facts()).toMatchObject({ current: to, bootDefault: to, profile: to });
      } finally {
        await machine.sh(`umount -l ${folder}; rm -rf /tmp/kept`);
      }
    },
  );

  test('room for its state fails before it changes anything, and goes on when there is room', async () => {
    await machine.publish({ version: '2' });
    const full =
      'mkdir -p /root/.local/state/rota; mount -t tmpfs -o size=64k full /root/.local/state/rota; head -c 1m /dev/zero >/root/.local/state/rota/ballast || true; exec "$@"';
    const { stdout, exitCode } = await machine.startIn(['unshare', '--mount', 'sh', '-ec', full, 'sh']);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('ENOSPC')]);
    expect(await machine.facts()).toEqual(before);
    expect(await machine.update()).toMatchObject([{ status: 'updated' }]);
  });
});
