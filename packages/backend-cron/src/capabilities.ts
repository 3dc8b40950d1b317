import type { Capabilities, Dialect, Feature } from '@rota/core';
import { cronDialect } from './dialect.ts';

const noLimits =
  'cron has no resource limits and no sandbox; use the systemd backend, or set limits in the command itself (`prlimit`, `systemd-run`).';

const unlimited = [
  'resources.memoryMax',
  'resources.memoryHigh',
  'resources.cpuQuota',
  'resources.cpuWeight',
  'resources.ioWeight',
  'resources.tasksMax',
  'resources.ioClass',
  'sandbox.privateTmp',
  'sandbox.protectSystem',
  'sandbox.noNewPrivileges',
  'sandbox.readWritePaths',
] as const satisfies readonly Feature[];

/** What cron itself does. Everything else is the runner's, which starts every job. */
export function capabilities(dialect: Dialect): Capabilities {
  const busybox = cronDialect(dialect) === 'busybox';
  return {
    native: ['schedule', 'timezone', 'paused', ...(busybox ? [] : (['boot'] as const))],
    refused: {
      login: 'cron does not know when somebody logs in; use the systemd backend without linger, or `on: boot`.',
      ...(busybox
        ? {
            boot: 'BusyBox crond knows `@reboot` only in some builds; start the job from the init system, or use another backend.',
          }
        : {}),
      ...Object.fromEntries(unlimited.map((feature) => [feature, noLimits])),
    },
    alwaysRunner: true,
  };
}
