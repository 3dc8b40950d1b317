import { createHost } from '@rota/core';
import { expect, test } from 'vitest';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { readSettings } from '../settings/read-settings.ts';
import type { UpdateCause } from '../update-cause.ts';
import { rebootAllowed } from './reboot-allowed.ts';

const allowed = (time: string, more: Partial<NixUpdateOptions> = {}, cause: UpdateCause = 'scheduled'): boolean =>
  rebootAllowed({
    host: createHost({ timezone: 'UTC', now: () => Date.parse(`2026-03-08T${time}:00Z`) }),
    settings: readSettings({ flakePath: '/x', ...more }),
    cause,
  });

test('the night of the schedule is the window when there is none', () => {
  expect([allowed('02:20'), allowed('03:30'), allowed('09:00'), allowed('01:59')]).toEqual([true, true, false, false]);
});

test('the night is that of the ring, where it has a schedule of its own', () => {
  const rings = [{ name: 'canary', schedule: '01:00' }, { name: 'rest' }];
  const within = (ring?: string) => ({ rings, fleet: { repository: '/srv/fleet.git', ...(ring === undefined ? {} : { ring }) } });
  expect([allowed('01:20', within('canary')), allowed('01:20', within()), allowed('01:20', within('rest'))]).toEqual([
    true,
    true,
    false,
  ]);
  expect(allowed('02:20', within('rest'))).toBe(true);
});

test('a window decides where there is one', () => {
  const rebootWindow = { lower: '04:00', upper: '05:00' };
  expect([allowed('02:20', { rebootWindow }), allowed('04:30', { rebootWindow })]).toEqual([false, true]);
});

test('a person, an emergency, and a machine that must not are never rebooted', () => {
  expect(allowed('02:20', {}, 'manual')).toBe(false);
  expect(allowed('02:20', {}, 'emergency')).toBe(false);
  expect(allowed('02:20', { autoReboot: false })).toBe(false);
  expect(allowed('02:20', { reboot: 'never' })).toBe(false);
});
