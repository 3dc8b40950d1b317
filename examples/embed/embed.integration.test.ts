import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, requirePart, userSystemd, userSystemdPart } from '@rota/test-support';
import { expect, test } from 'vitest';

const buildPart = {
  name: 'the build',
  present: () => existsSync(join(repositoryRoot, 'packages/backend-systemd/dist/index.js')),
  install: 'npm run build',
};

requirePart(buildPart, userSystemdPart)('a program that embeds Rota', () => {
  test('declares a job, plans, applies, waits for a real run and prints its record', async () => {
    const user = await userSystemd('rota-embed');
    const result = await user.exec(process.execPath, [join(repositoryRoot, 'examples/embed/main.js')], { timeoutMs: 160_000 });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    const { generation, record } = JSON.parse(result.stdout);
    expect(generation).toBeGreaterThan(0);
    expect(record).toMatchObject({ tenant: 'demo', name: 'hello', status: 'success', trigger: 'schedule', backend: 'systemd' });
    // It was the timer that started it, at the full minute.
    expect(record.scheduledAt).toMatch(/:00Z$/);
    expect(await user.output('systemctl', ['--user', 'list-units', '--all', '--no-legend', 'rota.embed.*'])).toBe('');
  });
});
