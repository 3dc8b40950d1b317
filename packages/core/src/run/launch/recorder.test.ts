import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { describe, expect, it } from 'vitest';
import { namespaceLayout } from '../../state/layout.ts';
import { recorderScript } from './recorder.ts';

const thisMonth = () => `${new Date().toISOString().slice(0, 7)}.jsonl`;

describe.skipIf(process.platform !== 'linux')('the recorder of runs without the runner', () => {
  it.each([
    ['a file of this month', [], thisMonth],
    ['a file of this month beside earlier ones', ['1970-01.jsonl', '2001-09.jsonl', '2001-09.000-x.jsonl'], thisMonth],
    [
      'the file of a month that is still to come, where the clock was set back',
      ['2001-09.jsonl', '2999-01.jsonl'],
      '2999-01.jsonl',
    ],
  ])('appends to %s', (_, there, expected) => {
    const state = temporaryFolder();
    const { runs } = namespaceLayout(state, 'default');
    spawnSync('mkdir', ['-p', runs]);
    for (const name of there) writeFileSync(join(runs, name), '');
    const script = join(state, 'record');
    writeFileSync(script, recorderScript(state));
    const env = {
      SERVICE_RESULT: 'success',
      EXIT_CODE: 'exited',
      EXIT_STATUS: '0',
      INVOCATION_ID: 'abc',
      XDG_RUNTIME_DIR: state,
    };
    const { status, stderr } = spawnSync('sh', [script, 'default', 'acme', 'job', 'systemd'], { env, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const wanted = typeof expected === 'string' ? expected : expected();
    expect(JSON.parse(readFileSync(join(runs, wanted), 'utf8'))).toMatchObject({ runId: 'abc', status: 'success' });
    expect(readdirSync(runs).filter((name) => readFileSync(join(runs, name), 'utf8') !== '')).toEqual([wanted]);
  });
});
