import { createHost } from '@rota/core';
import { expect, test } from 'vitest';
import { readSettings } from '../settings/read-settings.ts';
import { healthProblems } from './check-health.ts';

/** A machine whose units are well, on which a command fails at some looks; its clock is set by a year at the first look. */
function machine(fails: (look: number) => boolean, jumpMs = 0) {
  let looks = 0;
  let slept = 0;
  const settings = readSettings({
    flakePath: '/x',
    healthSettle: 0,
    healthGrace: '10s',
    healthChecks: [{ command: ['app-is-well'] }],
  });
  const begin = Date.parse('2026-01-01T00:00:00Z');
  const host = createHost({
    now: () => begin + slept + (looks === 0 ? 0 : jumpMs),
    sleep: async (ms) => {
      slept += ms;
    },
  });
  const context = {
    host,
    settings,
    system: { kind: 'nixos', profile: '', current: '', booted: null },
    elapsedMs: () => slept,
    call: async ({ file }: { readonly file: string }) => {
      if (file === 'app-is-well') looks += 1;
      const exitCode = file === 'app-is-well' && fails(looks) ? 1 : 0;
      return { exitCode, signal: null, stdout: '', stderr: '', timedOut: false };
    },
  } as const;
  return { context, looks: () => looks };
}

const year = 365 * 86_400_000;

test.each([0, year, -year])(
  'a clock that is set by %i ms during the check neither cuts the grace short nor prolongs it',
  async (jump) => {
    expect(await healthProblems(machine((look) => look <= 3, jump).context, [])).toEqual([]);
    const never = machine(() => true, jump);
    expect(await healthProblems(never.context, [])).toEqual([expect.stringContaining('app-is-well')]);
    expect(never.looks()).toBe(6);
  },
);

test('what is well at one look and not at the next is not well: two good looks in a row count', async () => {
  const flapping = machine((look) => look % 2 === 0);
  expect(await healthProblems(flapping.context, [])).toEqual([expect.stringContaining('app-is-well')]);
  const atLast = machine((look) => look < 6);
  expect(await healthProblems(atLast.context, [])).toEqual([]);
  expect(atLast.looks()).toBe(7);
  const once = machine(() => false);
  expect(await healthProblems(once.context, [])).toEqual([]);
  expect(once.looks()).toBe(2);
});

test('the job that waits for the reboot window is not blamed on a system; what is like it by name is', async () => {
  const unwell = async (unit: string) => {
    const { context } = machine(() => false);
    const call: typeof context.call = async ({ file, ...rest }) => {
      const result = await context.call({ file });
      return 'args' in rest && String(rest.args).includes('--state=failed')
        ? { ...result, stdout: `${unit} loaded failed failed` }
        : result;
    };
    return await healthProblems({ ...context, call }, []);
  };
  expect(await unwell('rota.u-root.home.nix-update-reboot.service')).toEqual([]);
  expect(await unwell('rota-nix-reboot.service')).toEqual([]);
  for (const unit of ['rota.u-root.home.nix-update-reboots.service', 'nix-update-reboot.service'])
    expect(await unwell(unit)).toEqual([expect.stringContaining(unit)]);
});
