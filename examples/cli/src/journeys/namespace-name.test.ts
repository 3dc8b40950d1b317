import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cliWorkplace } from '../testing/cli-workplace.ts';

test.each([
  ['status'],
  ['history'],
  ['logs', 'a'],
  ['run', 'a'],
  ['generations'],
  ['rollback'],
  ['destroy'],
  ['sync', '--repo', '/nowhere'],
  ['sync', '--status'],
])('%s refuses a namespace that would lead out of the state folder', async (...command) => {
  const { call, home } = cliWorkplace();
  for (const namespace of ['../../x', '..', 'a/b', 'A', '', 'a'.repeat(64)]) {
    const { exitCode, stderr } = await call([...command, '--namespace', namespace]);
    expect(exitCode, namespace).toBe(1);
    expect(stderr).toContain(`${JSON.stringify(namespace)} is no namespace. Expected a name of at most 63 characters`);
  }
  expect(readdirSync(home, { recursive: true })).not.toContain('lock');
});
