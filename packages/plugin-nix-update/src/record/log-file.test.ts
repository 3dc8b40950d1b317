import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { nodeFiles } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { appendLog, lastLogLines, rotateLog } from './log-file.ts';

const day = 86_400_000;
const start = Date.parse('2026-03-01T02:00:00Z');

test('a line is `timestamp: operation - status (details)`, whatever the details hold', () => {
  const path = join(temporaryFolder(), 'update.log');
  appendLog(nodeFiles, path, start, 'build', 'failed', 'two\nlines   and (more)');
  appendLog(nodeFiles, path, start, 'boot', 'ok');
  expect(readFileSync(path, 'utf8')).toBe(
    '2026-03-01T02:00:00Z: build - failed (two lines and (more))\n2026-03-01T02:00:00Z: boot - ok\n',
  );
});

test('a file a day, compressed from the second on, kept as long as the retention says', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'update.log');
  for (let night = 0; night < 6; night += 1) {
    const now = start + night * day;
    rotateLog(nodeFiles, path, now, 3);
    appendLog(nodeFiles, path, now, 'update', 'updated', `night ${night}`);
    nodeFiles.setTimes(path, now);
  }
  rotateLog(nodeFiles, path, start + 5 * day + 3_600_000, 3);
  expect(readdirSync(folder).sort()).toEqual([
    'update.log',
    'update.log.2026-03-03.gz',
    'update.log.2026-03-04.gz',
    'update.log.2026-03-05',
  ]);
  expect(gunzipSync(readFileSync(join(folder, 'update.log.2026-03-04.gz'))).toString()).toContain('night 3');
  expect(lastLogLines(nodeFiles, path, 10).map((line) => /night \d/.exec(line)?.[0])).toEqual(['night 4', 'night 5']);
});
