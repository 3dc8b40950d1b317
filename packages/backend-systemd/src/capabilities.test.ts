import { describe, expect, test } from 'vitest';
import { capabilities } from './capabilities.ts';
import { compileJob } from './testing/compile-job.ts';

const systemd = (version: number, linger?: boolean) =>
  capabilities({ name: 'systemd', version, ...(linger === undefined ? {} : { linger }) });
const timerOf = (version: number): string =>
  compileJob({ concurrency: { policy: 'forbid', locks: [] } }, { dialect: { name: 'systemd', version } }).artifact.files[1]
    ?.content ?? '';

describe('what systemd does natively', () => {
  test('no second run during a run, from 257 on', () => {
    expect(systemd(256).native).not.toContain('concurrency.forbid');
    expect(systemd(257).native).toContain('concurrency.forbid');
    expect(timerOf(256)).not.toContain('DeferReactivation');
    expect(timerOf(257)).toContain('\nDeferReactivation=yes\n');
  });

  test('boot only with linger, login only without', () => {
    expect(systemd(252, false).refused.boot).toContain('enable-linger');
    expect(systemd(252, false).native).toContain('login');
    expect(systemd(252, true).refused.login).toContain('on: boot');
    expect(systemd(252, true).native).toContain('boot');
  });
});
