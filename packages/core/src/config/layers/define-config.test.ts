import { CronExpressionParser } from 'cron-parser';
import { expect, expectTypeOf, test } from 'vitest';
import { defineJob } from '../../job/define-job.ts';
import type { JobInput } from '../../job/job-input.ts';
import { type Config, type ConfigFunction, defineConfig } from './define-config.ts';

test('defineConfig answers what it was given, with its type', async () => {
  const config = { tenant: 'acme', jobs: [{ name: 'a', schedule: '@daily', command: 'x' }] } as const;
  expect(defineConfig(config)).toBe(config);
  expectTypeOf(defineConfig(config)).toEqualTypeOf<Config>();
  expectTypeOf(defineConfig(Promise.resolve(config))).toEqualTypeOf<Promise<Config>>();
  const made = defineConfig(({ command, mode, hostname, labels, role }) => {
    expectTypeOf(command).toEqualTypeOf<string>();
    expectTypeOf(mode).toEqualTypeOf<string>();
    expectTypeOf(hostname).toEqualTypeOf<string>();
    expectTypeOf(labels).toEqualTypeOf<Readonly<Record<string, string>>>();
    expectTypeOf(role).toEqualTypeOf<string | undefined>();
    return { tenant: command };
  });
  expectTypeOf(made).toEqualTypeOf<ConfigFunction>();
  const laptop = 'x'.length > 3;
  const preset = [{ name: 'p', apiVersion: 1, setup() {} }] as const;
  defineConfig({ plugins: [false, null, undefined, preset, [preset]] });
  defineConfig(async () => ({ plugins: [laptop && preset, preset] }));
});

test('defineJob keeps literal types and accepts both shapes', () => {
  const flat = defineJob({
    name: 'backup',
    schedule: CronExpressionParser.parse('0 2 * * *'),
    command: 'backup',
    timeout: '5m',
    retry: { enabled: true, backoff: 'fixed' },
    when: { os: ['linux', 'macos'] },
    concurrency: { policy: 'queue', locks: ['disk'] },
    on: undefined,
  });
  expectTypeOf(flat.name).toEqualTypeOf<string>();
  const nested = defineJob({
    apiVersion: 'v1',
    kind: 'Job',
    metadata: { name: 'x' },
    spec: { on: { after: 'backup' }, command: 'y' },
  });
  expectTypeOf(nested.metadata.name).toEqualTypeOf<string>();
  expectTypeOf<typeof flat>().toExtend<JobInput>();
  expectTypeOf<typeof nested>().toExtend<JobInput>();
});

test('what is wrong by type is told while typing', () => {
  // @ts-expect-error a job has a command
  defineJob({ name: 'x', schedule: '@daily' });
  // @ts-expect-error `exponentially` is none of the choices
  defineJob({ name: 'x', command: 'y', retry: { backoff: 'exponentially' } });
  // @ts-expect-error the field is called `schedule`
  defineJob({ name: 'x', schedul: '@daily', command: 'y' });
  // @ts-expect-error the field is called `attempts`
  defineJob({ name: 'x', command: 'y', retry: { attempt: 3 } });
  // @ts-expect-error the field is called `timeout`
  defineJob({ apiVersion: 'v1', kind: 'Job', metadata: { name: 'x' }, spec: { command: 'y', timeOut: 5 } });
  // @ts-expect-error the field is called `timeout`
  defineConfig({ jobs: [{ name: 'x', command: 'y', timeOut: 5 }] });
  // @ts-expect-error the field is called `manifests`
  defineConfig({ manifest: 'jobs' });
  // @ts-expect-error a share is a number
  defineConfig({ removals: { maxShare: '50%' } });
});
