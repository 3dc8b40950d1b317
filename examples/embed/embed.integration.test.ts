import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec, repositoryRoot, requirePart, userSystemd, userSystemdPart } from '@rota/test-support';
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

requirePart(buildPart)('a program that watches runs', () => {
  test('is told what the page on embedding says', async () => {
    const page = readFileSync(join(repositoryRoot, 'docs/embedding.md'), 'utf8');
    const program = readFileSync(join(repositoryRoot, 'examples/embed/watch.js'), 'utf8');
    const [, shown = '', printed = ''] = /```js\n([\s\S]*?)```\n\nprints\n\n```json\n([\s\S]*?)```/.exec(page) ?? [];
    expect(shown).toContain('rota.watch(');
    expect(program).toContain(shown);
    const { exitCode, stdout, stderr } = await exec(process.execPath, [join(repositoryRoot, 'examples/embed/watch.js')]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.replaceAll(/"runId":"[^"]+"/g, '"runId":"..."')).toBe(printed);
  });
});
