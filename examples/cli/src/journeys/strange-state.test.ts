import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeFiles } from '@rota/core';
import { expect, test } from 'vitest';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';

const commands = [
  ['plan', 'jobs'],
  ['apply', 'jobs', '--yes'],
  ['status'],
  ['history'],
  ['logs', 'a'],
  ['run', 'a'],
  ['run', 'a', '--dry-run'],
  ['run-all'],
  ['generations'],
  ['rollback', '--yes'],
  ['destroy', '--yes'],
  ['maintain'],
  ['report'],
  ['sync', '--status'],
  ['sync', '--repo', '/nowhere'],
];

test.each([
  ['of a newer Rota', { formatVersion: 2, hostId: 'x' }, 'ROTA_STATE_NEWER', 'Use the newer Rota', { code: 'state.newer' }],
  ['of another host', { formatVersion: 1, hostId: 'x' }, 'ROTA_STATE_FOREIGN', 'ROTA_STATE_DIR', { code: 'state.foreign' }],
  ['that was torn', '{"formatVersion":1,"hos', 'ROTA_STATE_DAMAGED', 'backup', { code: 'state.damaged' }],
])('no command works on a state %s', async (_, content, code, remedy, finding) => {
  const { call, write, home } = cliWorkplace();
  write('jobs/a.yaml', manifest('a'));
  const format = join(home, '.local/state/rota/format.json');
  mkdirSync(dirname(format), { recursive: true });
  writeFileSync(format, typeof content === 'string' ? content : JSON.stringify(content));
  for (const command of commands) {
    // A command that took the state for its own would go on until it is interrupted.
    const interrupted = AbortSignal.timeout(60_000);
    const result = await call([...command, '--json'], { signal: interrupted });
    expect(result.exitCode, command.join(' ')).toBe(1);
    expect(result.json().error, command.join(' ')).toMatchObject({ code, file: format });
    expect(result.stdout).toContain(remedy);
  }
  // The doctor is asked when something is wrong: it says this, and what else it finds.
  for (const command of [['doctor'], ['doctor', '--repair']]) {
    const { exitCode, json } = await call([...command, '--json']);
    expect(exitCode).toBe(1);
    expect(json()).toMatchObject({
      ok: false,
      repaired: [],
      findings: expect.arrayContaining([expect.objectContaining(finding)]),
    });
  }
});

test('a zone of the machine that has no name ends every command but the doctor, which says so and looks at the rest', async () => {
  const { call, write, home } = cliWorkplace();
  write('jobs/a.yaml', manifest('a'));
  const format = join(home, '.local/state/rota/format.json');
  mkdirSync(dirname(format), { recursive: true });
  writeFileSync(format, 'torn');
  const files = {
    ...nodeFiles,
    readLink: (path: string) => (path === '/etc/localtime' ? undefined : nodeFiles.readLink(path)),
    readText: (path: string) => (path === '/etc/timezone' ? undefined : nodeFiles.readText(path)),
    facts: (path: string) => nodeFiles.facts(path === '/etc/localtime' ? '/etc/passwd' : path),
  };
  const plan = await call(['plan', 'jobs', '--json'], { host: { files } });
  expect(plan.json().error).toMatchObject({ code: 'ROTA_ZONE_DATA' });
  const { exitCode, json } = await call(['doctor', '--json'], { host: { files } });
  expect(exitCode).toBe(1);
  const remedy = expect.stringContaining('timedatectl set-timezone ZONE');
  const findings = [{ code: 'zone.unnamed', remedy }, { code: 'state.damaged' }].map((one) => expect.objectContaining(one));
  expect(json()).toMatchObject({ ok: false, findings: expect.arrayContaining(findings) });
});
