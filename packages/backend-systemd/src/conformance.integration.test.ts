import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, JobKey } from '@rota/core';
import { backendConformance } from '@rota/core/testing';
import { requirePart, rootPart, sampleSize, testSeed, type UserSystemd, userSystemd, userSystemdPart } from '@rota/test-support';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { systemd } from './systemd.ts';
import { userHost } from './testing/user-host.ts';
import { unitName } from './unit-name.ts';

const theirs = '[Unit]\nDescription=not ours\n\n[Timer]\nOnCalendar=2099-01-01\n\n[Install]\nWantedBy=timers.target\n';

// Root, because the kit works in the namespace `default`, which a person's own manager may use: as root the tests have a user of their own.
requirePart(rootPart, userSystemdPart)('systemd keeps the contract of a backend', () => {
  let user: UserSystemd;
  let units: string;
  /** Hosts whose manager cannot be reached any more. */
  const cutOff = new WeakSet<Host>();

  const nowhere = { XDG_RUNTIME_DIR: '/nowhere', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' };

  const clear = async (): Promise<void> => {
    await user.exec('sh', ['-c', 'systemctl --user stop "rota.*" theirs.timer']);
    for (const folder of ['.config/systemd/user', '.local/share/systemd/timers'])
      rmSync(join(user.home, folder), { recursive: true, force: true });
    await user.output('systemctl', ['--user', 'daemon-reload']);
  };
  const fileOf = (namespace: string, job: JobKey, type: 'service' | 'timer'): string =>
    join(units, `${unitName(namespace, job)}.${type}`);

  beforeAll(async () => {
    user = await userSystemd('rota-conform');
    units = join(user.home, '.config/systemd/user');
  });
  afterAll(clear);

  backendConformance(
    { describe, it: (name, body) => it(name, body, 1_800_000) },
    {
      faultRuns: sampleSize({ here: 2, inCi: 4, long: 60 }),
      faultSeed: testSeed,
      backend: systemd(),
      dialect: { name: 'systemd', version: 252 },
      async makeHost() {
        await clear();
        const real = userHost(user);
        const host: Host = {
          ...real,
          run: (request) => real.run(cutOff.has(host) ? { ...request, env: { ...request.env, ...nowhere } } : request),
        };
        host.files.write(join(units, 'theirs.timer'), theirs);
        host.files.write(join(units, 'theirs.service'), '[Service]\nExecStart=/bin/true\n');
        await user.output('systemctl', ['--user', 'daemon-reload']);
        await user.output('systemctl', ['--user', 'enable', '--now', '--quiet', 'theirs.timer']);
        return host;
      },
      async foreign(host) {
        const files = host.files.list(units).filter((name) => !name.startsWith('rota.') && !name.endsWith('.wants'));
        const texts = files.map((name) => `${name}\n${host.files.readText(join(units, name))}`);
        const state = await user.output('systemctl', ['--user', 'show', '-p', 'ActiveState,UnitFileState', 'theirs.timer']);
        return [...texts, state].join('\n');
      },
      async edit(host, namespace, job) {
        const path = fileOf(namespace, job, 'timer');
        host.files.write(path, (host.files.readText(path) ?? '').replace('02:30:00', '02:31:00'));
      },
      async remove(host, namespace, job) {
        for (const type of ['service', 'timer'] as const) host.files.remove(fileOf(namespace, job, type));
      },
      breakReading: (host) => void cutOff.add(host),
      // Waits for the end of the process, and fails where that failed.
      runToEnd: async (_, namespace, job) =>
        void (await user.exec('systemctl', ['--user', 'start', `${unitName(namespace, job)}.service`])),
    },
  );
});
