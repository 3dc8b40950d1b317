import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createHost, type Host } from '@rota/core';
import { describe, expect, test } from 'vitest';
import { cliWorkplace } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';

/** A folder whose `crontab` lists a table; what a program without a spool of its own answers is not what is tested here. */
function workplace(table: string) {
  const place = cliWorkplace();
  place.write('table', table);
  const program = place.write('bin/crontab', `#!/bin/sh\n[ "$1" = -l ] && exec cat '${join(place.folder, 'table')}'\nexit 1\n`);
  chmodSync(program, 0o755);
  const { run } = createHost();
  const host: Partial<Host> = {
    timezone: 'Europe/Berlin',
    user: { name: 'ann', uid: 4242, home: place.home },
    run: (request) => run({ ...request, file: request.file === 'crontab' ? program : request.file }),
  };
  const call = (...args: readonly string[]) => place.call(['import', ...args], { host });
  return { ...place, call };
}

const table = '# Backs up\n30 2 * * * /opt/backup --all\n#Ansible: theirs\n@daily /opt/theirs\n';

describe('rota import', () => {
  test('lists what there is and writes nothing', async () => {
    const { call, folder } = workplace(table);
    const before = readdirSync(folder);
    const text = await call('--list', '--backend', 'cron');
    expect(text.stdout).toMatch(/cron +crontab:2 +\S+ +30 2 \* \* \* Europe\/Berlin +job backup +\/opt\/backup --all/);
    expect(text.stdout).toContain('Ansible manages it as "theirs"');
    const json = (await call('--list', '--json', '--backend', 'cron', '--backend', 'at')).json();
    expectSchema('import', json);
    expect(json.files).toEqual([]);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('prints declarations, in YAML or TypeScript', async () => {
    const { call } = workplace(table);
    const yaml = await call('--backend', 'cron', '--tenant', 'acme');
    expect(yaml.stdout).toContain(
      '  name: backup\n  tenant: acme\n  annotations:\n    description: Backs up\n    rota/adopts: "cron:crontab:',
    );
    expect(yaml.stderr).toContain('1 of 2');
    expect((await call('--backend', 'cron', '--format', 'ts')).stdout).toContain("defineJob({\n      name: 'backup',");
    expect((await call('--backend', 'cron', '--all')).stdout).toContain('enabled: false');
  });

  test('writes files that are valid, readable by their owner only, and overwrites none unasked', async () => {
    const { call, folder, call: again } = workplace(table);
    const written = await call('--backend', 'cron', '--out', 'jobs', '--json');
    expectSchema('import', written.json());
    const file = join(folder, 'jobs/backup.yaml');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { callCli } = await import('../testing/call-cli.ts');
    expect((await callCli(['validate', join(folder, 'jobs'), '--json'])).json()).toMatchObject({ ok: true, jobs: 1 });
    const before = readFileSync(file, 'utf8');
    const refused = await again('--backend', 'cron', '--out', 'jobs', '--json');
    expect(refused.exitCode).toBe(1);
    expect(refused.json()).toMatchObject({ error: { code: 'ROTA_USAGE' } });
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect((await again('--backend', 'cron', '--out', 'jobs', '--force')).exitCode).toBe(0);
  });

  test('reads exported tasks of Windows from files, on any system', async () => {
    const place = workplace(table);
    const task = (program: string): string =>
      `<?xml version="1.0" encoding="UTF-16"?><Task version="1.2"><RegistrationInfo><URI>\\Nightly</URI></RegistrationInfo><Triggers><CalendarTrigger><StartBoundary>2024-01-01T03:00:00</StartBoundary><ScheduleByDay /></CalendarTrigger></Triggers><Settings /><Actions><Exec><Command>C:\\Tools\\${program}</Command></Exec></Actions></Task>`;
    const file = place.write('tasks.xml', `\ufeff${task('backup.exe')}`);
    const other = place.write('other.xml', task('report.exe'));
    const { stdout, exitCode } = await place.call(
      '--file',
      file,
      '--file',
      other,
      '--system-timezone',
      'America/New_York',
      '--json',
    );
    expect(exitCode).toBe(0);
    const json = JSON.parse(stdout);
    expectSchema('import', json);
    expect(json.entries).toMatchObject([
      {
        id: '\\Nightly',
        adoptable: true,
        manifest: {
          metadata: { name: 'nightly' },
          spec: {
            schedule: '0 3 * * *',
            timezone: 'America/New_York',
            command: 'C:\\Tools\\backup.exe',
            timeout: '3d',
            requires: { power: 'ac' },
          },
        },
      },
      { manifest: { metadata: { name: 'nightly-2' } } },
    ]);
    const written = await place.call('--file', file, '--out', 'windows');
    expect(written.exitCode).toBe(0);
    const { callCli } = await import('../testing/call-cli.ts');
    expect((await callCli(['validate', join(place.folder, 'windows'), '--json'])).json()).toMatchObject({ ok: true, jobs: 1 });
  });

  test('says which file it cannot read, and why', async () => {
    const place = workplace(table);
    const missing = await place.call('--file', 'nowhere.xml', '--json');
    expect(missing.json()).toMatchObject({
      error: { code: 'ROTA_USAGE', message: expect.stringContaining('nowhere.xml is not there') },
    });
    const file = place.write('notes.xml', 'nothing');
    expect((await place.call('--file', file)).stderr).toMatch(/notes\.xml cannot be imported.*no task in it/s);
  });

  test('names the sources that it knows', async () => {
    const { exitCode, stderr } = await workplace(table).call('--backend', 'launchd');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/nothing to import from `launchd`[\s\S]*autostart/);
  });

  test('says that a crontab cannot be read, instead of taking it for empty', async () => {
    const place = workplace(table);
    place.write('bin/crontab', '#!/bin/sh\necho "you are not allowed" >&2; exit 1\n');
    const { stdout } = await place.call('--backend', 'cron', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ entries: [], findings: [{ severity: 'error' }] });
  });
});
