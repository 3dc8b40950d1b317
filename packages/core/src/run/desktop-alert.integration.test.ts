import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandPart, exec, type Part, requirePart, rootPart } from '@rota/test-support';
import { expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { runnerBundle, runnerUnderTest } from './runner-under-test.test-support.ts';

const server = fileURLToPath(new URL('./notification-server.fixture.py', import.meta.url));
const pythonPart: Part = {
  name: "Python's D-Bus",
  present: () => spawnSync('/usr/bin/python3', ['-c', 'import dbus, gi']).status === 0,
  install: 'apt-get install python3-dbus python3-gi',
};

requirePart(
  rootPart,
  commandPart('dbus-daemon', 'dbus'),
  commandPart('notify-send', 'libnotify-bin'),
  pythonPart,
)('a desktop notification', () => {
  it('arrives at the session of the user, from a runner that a scheduler has started outside of it', async () => {
    const rota = await runnerUnderTest();
    const alerts: LaunchFile['alerts'] = { on: ['failure', 'recovery'], channels: [{ kind: 'desktop' }] };
    const fails = rota.launchFile({ command: ['exit 2'], shell: true, alerts });
    const told = join(rota.scratch, 'told');
    // What the daemon writes is of its own limits. The bus stands where that of a session does (pam_systemd(8), XDG_RUNTIME_DIR), in a mount namespace that only these processes see.
    const script = `set -e; mount -t tmpfs none /run/user; mkdir -m 700 /run/user/0; bus=unix:path=/run/user/0/bus
        dbus-daemon --session --nofork --nopidfile --address=$bus 2>/dev/null & daemon=$!
        while [ ! -S /run/user/0/bus ]; do sleep 0.05; done
        DBUS_SESSION_BUS_ADDRESS=$bus /usr/bin/python3 "$1" "$2" & trap "kill $! $daemon" EXIT
        while [ ! -e "$2" ]; do sleep 0.05; done
        "$3" "$4" "$5" || [ $? = 2 ]; "$3" "$4" "$6"`;
    const args = [server, told, process.execPath, await runnerBundle(), fails, rota.launchFile({ alerts })];
    const env = { PATH: process.env.PATH, HOME: rota.scratch };
    const { stderr, exitCode } = await exec('unshare', ['-m', 'sh', '-c', script, 'sh', ...args], { env, timeoutMs: 300_000 });
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const notices = readFileSync(told, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    // Application, title, text; urgency 2 is critical, 1 is normal.
    expect(notices).toEqual([
      ['rota', 'acme/job', 'It ended in failure: exit status 2', 2],
      ['rota', 'acme/job', 'It ended well again.', 1],
    ]);
    expect(rota.spooled()).toEqual([]);
  });
});
