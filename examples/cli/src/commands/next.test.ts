import { describe, expect, test } from 'vitest';
import { callCli } from '../testing/call-cli.ts';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';

const next = (...args: string[]) => callCli(['next', ...args, '--backend', 'systemd', '--json']);

describe('rota next', () => {
  test('prints the contract: schedule, timezone and fire times, with fidelity and deviations', async () => {
    const { exitCode, stdout, stderr } = await next(
      '30 2 * * *',
      '--tz',
      'America/New_York',
      '--from',
      '2026-03-07T12:00:00Z',
      '--count',
      '3',
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      formatVersion: 1,
      schedule: '30 2 * * *',
      timezone: 'America/New_York',
      // 02:30 does not exist on March 8: it runs once, right at the jump.
      fireTimes: ['2026-03-08T07:00:00Z', '2026-03-09T06:30:00Z', '2026-03-10T06:30:00Z'],
      backend: 'systemd',
      fidelity: 'exact',
      deviations: [],
    });
  });

  test('counts from the instant that was given, exclusively', async () => {
    const { stdout } = await next('0 * * * *', '--from', '2026-05-04T10:00:00Z', '--count', '1');
    expect(JSON.parse(stdout).fireTimes).toEqual(['2026-05-04T11:00:00Z']);
  });

  test('says in text when it fires here, and how the scheduler keeps to it', async () => {
    const { stdout, stderr } = await callCli([
      'next',
      '0 12 * * *',
      '--tz',
      'Europe/Paris',
      '--from',
      '2026-07-01',
      '--count',
      '1',
      '--backend',
      'systemd',
    ]);
    expect(stdout).toBe('2026-07-01T10:00:00Z  Wed 2026-07-01 12:00 +02:00\n');
    expect(stderr).toMatch(/^On systemd.*: exact/);
  });

  test.each([
    [['0 2 * *'], 'ROTA_SCHEDULE_SYNTAX', 'field'],
    [['0 0 30 2 *'], 'ROTA_SCHEDULE_NEVER_FIRES', 'never fires'],
    [['0 2 * * *', '--tz', 'America/New_Yrok'], 'ROTA_ZONE_UNKNOWN', 'America/New_York'],
    [['0 2 * * *', '--count', 'many'], 'ROTA_USAGE', 'whole number'],
    [['0 2 * * *', '--from', 'yesterday'], 'ROTA_USAGE', 'instant'],
    [['0 2 * * *', '--form', '2026-01-01'], 'ROTA_USAGE', '--form'],
    [[], 'ROTA_USAGE', 'cron expression'],
  ])('refuses %j as JSON with a code', async (args, code, words) => {
    const { exitCode, stdout, stderr } = await next(...args);
    const { error } = JSON.parse(stdout);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(error).toEqual(
      expect.objectContaining({ code, message: expect.stringContaining(words), suggestions: expect.any(Array) }),
    );
    expect(Object.keys(error)).toEqual(expect.arrayContaining(['code', 'message', 'file', 'line', 'column', 'suggestions']));
  });

  test('a single word is the name of a job, as people type it', async () => {
    const there = cliWorkplace();
    there.write('jobs.config.yaml', 'tenant: acme\nmanifests: jobs/*.yaml\n');
    there.write('jobs/backup.yaml', manifest('backup', { schedule: '30 2 * * *', timezone: 'UTC' }));
    const nextOf = async (...args: string[]) =>
      JSON.parse(
        (await there.call(['next', ...args, '--from', '2026-05-04', '--count', '1', '--backend', 'systemd', '--json'])).stdout,
      );
    const byName = await nextOf('backup');
    expect(byName).toMatchObject({ tenant: 'acme', name: 'backup', fireTimes: ['2026-05-04T02:30:00Z'] });
    expect(await nextOf('--job', 'acme/backup')).toEqual(byName);
    const { error } = await nextOf('bakup');
    expect(error).toMatchObject({ code: 'ROTA_JOB_UNKNOWN', suggestions: [expect.stringContaining('backup')] });
    expect(await nextOf('@daily')).not.toHaveProperty('name');
    expect((await nextOf('30')).error.code).toBe('ROTA_SCHEDULE_SYNTAX');
  });

  test('points at the column of a mistake', async () => {
    const { error } = JSON.parse((await next('0 25 * * *')).stdout);
    expect(error).toEqual(expect.objectContaining({ code: 'ROTA_SCHEDULE_SYNTAX', line: 1, column: 3 }));
  });
});
