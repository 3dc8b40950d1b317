import { describe, expect, test } from 'vitest';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';
import { completeWords } from './complete-words.ts';

const values = (...words: string[]) => completeWords(words).values.map(({ value }) => value);

describe('completeWords', () => {
  test('commands by their beginning', () => {
    expect(values('st')).toEqual(['status']);
    expect(values('')).toContain('apply');
  });

  test('options of the command, but not those that were given', () => {
    expect(values('plan', '--de')).toEqual(['--detailed-exitcode']);
    expect(values('plan', '--repair', '--')).not.toContain('--repair');
  });

  test('values of an option that has a choice', () => {
    expect(values('plan', '--backend', 's')).toEqual(['systemd']);
    expect(values('init', '--format', '')).toEqual(['ts', 'yaml']);
    expect(values('plan', '--backend=s')).toEqual(['--backend=systemd']);
    expect(values('plan', '--backend', '=', 's')).toEqual(['systemd']);
    expect(values('init', '--format', '=')).toEqual(['ts', 'yaml']);
    expect(values('next', '--tz', 'Europe/Berl')).toEqual(['Europe/Berlin']);
    expect(values('import', '--backend', 'a')).toEqual(['at', 'autostart']);
  });

  test('jobs, files and topics where they belong', () => {
    expect(completeWords(['run', ''])).toMatchObject({ jobs: true });
    expect(completeWords(['next', '--job', ''])).toMatchObject({ jobs: true });
    expect(completeWords(['targets', 'build', '--jobs', ''])).toMatchObject({ jobs: false });
    expect(completeWords(['plan', ''])).toMatchObject({ files: true });
    expect(values('bundle', 're')).toEqual(['restore']);
    expect(values('explain', '')).toEqual(['schedule', 'job', 'field']);
    expect(completeWords(['explain', 'job', ''])).toMatchObject({ jobs: true });
    expect(completeWords(['explain', 'schedule', ''])).toMatchObject({ jobs: false, files: false });
  });
});

test('the answer for a job name lists what is installed', async () => {
  const { write, call } = cliWorkplace();
  write('a.yaml', manifest('backup'));
  await call(['apply', 'a.yaml', '--backend', 'embedded', '--json']);
  expect((await call(['__complete', '--', 'run', 'b'])).stdout).toBe('backup\n');
  expect((await call(['__complete', '--', 'run', 'x'])).stdout).toBe('');
  expect((await call(['__complete', '--', 'run', ''])).stdout).toBe('backup\n');
});

test('an empty word may come as two quotes, as PowerShell sends it', async () => {
  const { write, call } = cliWorkplace();
  write('a.yaml', manifest('backup'));
  await call(['apply', 'a.yaml', '--backend', 'embedded', '--json']);
  expect((await call(['__complete', '--', 'run', '""'])).stdout).toBe('backup\n');
  expect((await call(['__complete', 'plan', '--backend', '""'])).stdout).toContain('systemd\n');
});
