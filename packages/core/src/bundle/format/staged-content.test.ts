import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStagedContent } from './staged-content.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rota-content-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('small and large contents come in their order, whatever was read together', () => {
  const sizes = [1, 700, 300_000, 0, 5, 262_144, 600_000, 3, 3];
  const contents = sizes.map((size) => randomBytes(size));
  writeFileSync(join(folder, 'payload'), Buffer.concat(contents));
  const staged = openStagedContent(join(folder, 'payload'));
  for (const content of contents) {
    const into = Buffer.alloc(content.length + 10);
    for (let at = 0; at < content.length; ) at += staged.read(into, at, content.length - at);
    expect(into.subarray(0, content.length).equals(content)).toBe(true);
    expect(into.subarray(content.length).every((byte) => byte === 0)).toBe(true);
  }
  expect(() => staged.read(Buffer.alloc(1), 0, 1)).toThrow('became shorter');
  staged.close();
});
