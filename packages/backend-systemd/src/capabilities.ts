import type { Capabilities, Dialect, Feature } from '@rota/core';
import { deferReactivationSince } from './compile/timer-unit.ts';

/** What systemd does for a user's units in every version from {@link oldestVersion} on. */
const always: readonly Feature[] = [
  'schedule',
  'timezone',
  'after',
  'persistent',
  'randomizedDelay',
  'accuracy',
  'env',
  'workingDir',
  'shell',
  'timeout',
  // A fire that comes due during a run starts one when the run ends.
  'concurrency.queue',
  'history',
  'output',
  'paused',
  'resources.memoryMax',
  'resources.memoryHigh',
  'resources.cpuQuota',
  'resources.cpuWeight',
  'resources.ioWeight',
  'resources.tasksMax',
  'resources.nice',
  'resources.ioClass',
  'sandbox.privateTmp',
  'sandbox.protectSystem',
  'sandbox.noNewPrivileges',
  'sandbox.readWritePaths',
];

/** Older ones lack the trigger environment and much that was measured on 252. */
export const oldestVersion = 252;

const neverTwice = 'systemd never runs a unit twice at the same time';

/** Pure. What is not here is the runner's, or refused with a reason. */
export function capabilities(dialect: Dialect): Capabilities {
  const { version = oldestVersion, linger } = dialect;
  return {
    native: [
      ...always,
      ...(version >= deferReactivationSince ? (['concurrency.forbid'] as const) : []),
      ...(linger === false ? [] : (['boot'] as const)),
      ...(linger === true ? [] : (['login'] as const)),
    ],
    refused: {
      ...(linger === false
        ? {
            boot: 'without linger the manager of this user starts at the first login, not at boot. Run: sudo loginctl enable-linger $USER',
          }
        : {}),
      ...(linger === true
        ? {
            login:
              'this user lingers, so the manager starts at boot and sees no login. Declare `on: boot`, or run: loginctl disable-linger',
          }
        : {}),
      'concurrency.allow': `${neverTwice}. Use \`queue\`, which starts one run when the last ends, or \`forbid\``,
      'concurrency.replace': `${neverTwice}, so a new start cannot end the old run. Set \`timeout\` below the interval instead`,
    },
    alwaysRunner: false,
  };
}
