import { createHash } from 'node:crypto';
import type { AdoptedOriginal, ForeignEntry, Host } from '@rota/core';
import { requirePart, userSystemd, userSystemdPart } from '@rota/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemd } from '../systemd.ts';
import { userHost } from '../testing/user-host.ts';

const backend = systemd();
const dialect = { name: 'systemd', version: 252 };
/** Every year on a day that is long past: nothing elapses while the tests run. */
const calendar = 'OnCalendar=*-01-02 03:04:00';

requirePart(userSystemdPart)('timers of a real user manager that are not ours', () => {
  let host: Host;
  let units: string;
  const ctl = async (...args: readonly string[]): Promise<string> =>
    (await host.run({ file: 'systemctl', args: ['--user', ...args], env: { TZ: 'UTC' } })).stdout.trim();
  const put = (name: string, text: string): void => host.files.write(`${units}/${name}`, text, 0o644);
  const find = async (id: string): Promise<ForeignEntry> => {
    const entry = (await backend.inventory?.(host))?.find((one) => one.id === id);
    if (entry === undefined) throw new Error(`${id} is not in the inventory`);
    return entry;
  };
  const original = ({ id, identity }: ForeignEntry): AdoptedOriginal => {
    if (identity === undefined) throw new Error(`${id} cannot be adopted`);
    return { backend: 'systemd', dialect, id, ...identity };
  };
  const change = async (entry: AdoptedOriginal, to: 'on' | 'off', handledUntil = 0, mustExist = true): Promise<void> =>
    await backend.switchForeign?.(host, { dialect, handledUntil, switches: [{ original: entry, to, mustExist }] });
  /** Everything below the folder of units: names, targets of links, bytes. */
  const folder = async (): Promise<string> => {
    const { stdout } = await host.run({
      file: 'sh',
      args: ['-c', `cd ${units} && find . -name "import-*" -printf "%p %l " -exec sh -c 'cat "$1" | cksum' sh {} \\; | sort`],
    });
    return createHash('sha256').update(stdout).digest('hex') + stdout;
  };
  const removeAll = async (): Promise<void> => {
    await ctl('stop', 'import-a.timer', 'import-b.timer', 'import-a.service');
    await host.run({
      file: 'sh',
      args: [
        '-c',
        `rm -rf ${units}/import-* ${units}/*.wants/import-* ${host.user.home}/.local/share/systemd/timers/stamp-import-*`,
      ],
    });
    await ctl('daemon-reload');
  };

  beforeAll(async () => {
    host = userHost(await userSystemd('rota-adopt'));
    units = `${host.user.home}/.config/systemd/user`;
    await removeAll();
    put('import-a.timer', `[Timer]\n${calendar} Europe/Berlin\nPersistent=true\n[Install]\nWantedBy=timers.target\n`);
    put('import-a.service', '[Unit]\nDescription=A\n[Service]\nType=oneshot\nExecStart=/bin/sleep 300\n');
    put('import-b.timer', '[Timer]\nOnUnitActiveSec=1d\nOnActiveSec=1d\n');
    put('import-b.service', '[Service]\nExecStart=/bin/true\n');
    await ctl('daemon-reload');
    await ctl('enable', '--now', 'import-a.timer');
    await ctl('start', 'import-b.timer');
  });
  afterAll(removeAll);

  test('are read, and what no job can say stays', async () => {
    const a = await find('import-a.timer');
    expect(a).toMatchObject({
      owner: host.user.name,
      name: 'import-a.timer',
      reading: {
        trigger: { kind: 'schedule', expression: '4 3 2 1 *', timezone: 'Europe/Berlin' },
        command: ['/bin/sleep', '300'],
        persistent: true,
      },
    });
    expect(a.notes).toEqual([]);
    const b = await find('import-b.timer');
    expect(b.reading?.trigger).toBeNull();
    expect(b.identity).toBeUndefined();
    expect(b.notes?.join()).toContain('counts from something that ran');
  });

  test('are another original when somebody edits them, a drop-in of the service included', async () => {
    const before = original(await find('import-a.timer'));
    await host.run({ file: 'mkdir', args: ['-p', `${units}/import-a.service.d`] });
    put('import-a.service.d/nice.conf', '[Service]\nNice=5\n');
    await ctl('daemon-reload');
    const edited = await find('import-a.timer');
    expect(edited.reading?.resources).toEqual({ nice: 5 });
    expect(edited.identity?.digest).not.toBe(before.digest);
    await expect(change(before, 'off')).rejects.toMatchObject({ code: 'ROTA_ADOPT_CHANGED' });
    expect(await ctl('is-active', 'import-a.timer')).toBe('active');
    await host.run({ file: 'rm', args: ['-r', `${units}/import-a.service.d`] });
    await ctl('daemon-reload');
    expect(original(await find('import-a.timer')).digest).toBe(before.digest);
  });

  test('are switched off without a touch of their files or a run that goes on, and on again as they were', async () => {
    await ctl('start', '--no-block', 'import-a.service');
    await expect.poll(async () => await ctl('is-active', 'import-a.service')).toBe('activating');
    const before = await folder();
    const a = original(await find('import-a.timer'));
    for (let time = 0; time < 2; time++) {
      await change(a, 'off');
      expect(await ctl('is-active', 'import-a.timer')).toBe('inactive');
      expect(await ctl('is-enabled', 'import-a.timer')).toBe('disabled');
      expect(await ctl('is-active', 'import-a.service')).toBe('activating');
    }
    expect((await backend.inventory?.(host))?.some(({ id }) => id === 'import-a.timer')).toBe(false);
    await ctl('stop', 'import-a.service');
    await ctl('reset-failed', 'import-a.service');
    const handled = Math.floor(Date.now() / 1000) - 60;
    for (let time = 0; time < 2; time++) {
      await change(a, 'on', handled);
      expect(await ctl('is-active', 'import-a.timer')).toBe('active');
      expect(await folder()).toBe(before);
    }
    expect(await ctl('is-active', 'import-a.service')).toBe('inactive');
    const stamp = host.files.facts(`${host.user.home}/.local/share/systemd/timers/stamp-import-a.timer`);
    expect(Math.floor((stamp?.modifiedMs ?? 0) / 1000)).toBe(handled);
  });

  test('that are gone are an error for an apply, and nothing for a way back', async () => {
    const gone: AdoptedOriginal = { backend: 'systemd', dialect, id: 'import-c.timer', key: 'import-c.timer', digest: '0' };
    await expect(change(gone, 'off')).rejects.toMatchObject({ code: 'ROTA_ADOPT_CHANGED' });
    await change(gone, 'off', 0, false);
    await change(gone, 'on', 0, false);
  });
});

describe('a host without a user manager', () => {
  test('has no inventory, rather than an empty one', async () => {
    const { createHost } = await import('@rota/core');
    const host = createHost({ env: { ...process.env, XDG_RUNTIME_DIR: '/nonexistent' } });
    await expect(backend.inventory?.(host)).rejects.toMatchObject({ code: expect.stringMatching(/^ROTA_COMMAND/) });
  });
});
