import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHost } from '../../host/create-host.ts';
import { runWithFile } from './dump-database.ts';
import { runCommand } from './run-hook.ts';

/** Takes its end for success. */
const wrapper = ['sh', '-c', 'trap "exit 0" TERM; echo half; sleep 1000 & wait'];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rota-too-long-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a command that took too long has failed, although its wrapper ends well', () => {
  test('of a dump', async () => {
    const output = join(folder, 'dump');
    await expect(runWithFile('The dump of db', wrapper, { output }, {}, 300)).rejects.toMatchObject({
      code: 'ROTA_BUNDLE_HOOK',
      message: 'The dump of db took longer than 300 ms: sh',
    });
  });

  test('of a hook', async () => {
    const host = createHost({ stateDir: join(folder, 'state') });
    await expect(runCommand(host, 'The hook health', wrapper, 300, {})).rejects.toMatchObject({
      code: 'ROTA_BUNDLE_HOOK',
      message: 'The hook health took longer than 300 ms: sh',
    });
  });
});
