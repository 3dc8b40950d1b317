import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHost } from '../../host/create-host.ts';
import { pack } from '../packed-tree.test-support.ts';
import { extractBundle } from './extract-bundle.ts';
import { makePipe } from './make-pipe.ts';

const host = createHost({ stateDir: '/nonexistent' });
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rota-pipe-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a pipe may have a name of any bytes', async () => {
  for (const name of ['-rf', '%s\\n', 'ends in a line\n', [0xe9, 0xff, 0x0a]]) {
    const place = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]);
    expect(await makePipe(host, place)).toBeUndefined();
    expect(lstatSync(place).isFIFO()).toBe(true);
  }
});

test('where no pipes can be made all else is restored, and that is told', async () => {
  mkdirSync(join(folder, 'tree'));
  writeFileSync(join(folder, 'tree', 'a'), 'x');
  await makePipe(host, Buffer.from(join(folder, 'tree', 'pipe')));
  await pack(join(folder, 'tree'), join(folder, 'b'), 'none');
  mkdirSync(join(folder, 'dumps'));
  const places = new Map([['r', join(folder, 'out')]]);
  const { notes } = await extractBundle({
    host: { ...host, run: (request) => host.run({ ...request, file: '/bin/sh', env: { PATH: '/nonexistent' } }) },
    path: join(folder, 'b'),
    places,
    dumps: join(folder, 'dumps'),
    keepLinks: new Set(),
  });
  expect(notes).toEqual([expect.stringContaining('A named pipe was not made')]);
  expect(readFileSync(join(folder, 'out', 'a'), 'utf8')).toBe('x');
});
