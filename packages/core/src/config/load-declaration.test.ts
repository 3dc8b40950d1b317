import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isRotaError } from '../errors/rota-error.ts';
import { host, keys, manifest, problems, testdata, tree } from './declared-tree.test-support.ts';
import { loadDeclaration } from './load-declaration.ts';
import { validateDeclaration } from './validate/validate-declaration.ts';

describe('files and folders', () => {
  test('a tree is read whole, and its jobs come sorted', async () => {
    const declaration = await loadDeclaration(host, { files: ['.'], cwd: testdata });
    expect(keys(declaration.jobs)).toEqual([
      'acme-corp/daily-backup',
      'acme-corp/database-backup',
      'acme-corp/files',
      'acme-corp/postgres',
      'acme-corp/prune',
      'acme-staging/smoke',
    ]);
    expect(declaration).toMatchObject({
      namespace: 'default',
      source: testdata,
      baseDir: testdata,
      hostname: 'backup-server-01',
    });
  });

  test('the order of arguments and folders does not change the jobs', async () => {
    const one = await loadDeclaration(host, { files: ['production', 'staging'], cwd: testdata });
    const other = await loadDeclaration(host, { files: ['staging', 'production'], cwd: testdata });
    expect(one.jobs).toEqual(other.jobs);
  });

  test('hidden entries, node_modules, other files and configs are skipped; links in a circle end', async () => {
    const root = tree({
      'a/job.yaml': manifest('a'),
      'a/.hidden/job.yaml': 'not yaml: [',
      'a/node_modules/x/job.yaml': 'not yaml: [',
      'a/README.md': '# no',
      'a/jobs.config.yaml': 'tenant: x',
      'a/b/job.yml': manifest('b'),
    });
    symlinkSync('..', join(root, 'a/b/up'));
    symlinkSync(root, join(root, 'a/root'));
    expect(keys((await loadDeclaration(host, { files: ['a'], cwd: root })).jobs)).toEqual(['acme/a', 'acme/b']);
  });

  test('problems come file by file and from top to bottom', async () => {
    const bad =
      'apiVersion: v1\nkind: Job\nmetadata: {name: Bad, tenant: acme}\nspec:\n  command: "true"\n  schedul: "0 2 * * *"\n  timezone: Nowhere\n  timeout: soon\n';
    const root = tree({ 'a.yaml': bad, 'b.yaml': bad });
    const places = (await problems(root, { files: ['.'] })).map((problem) => problem.split(' ')[0]);
    expect(places).toEqual(['a.yaml:3', 'a.yaml:6', 'a.yaml:7', 'a.yaml:8', 'b.yaml:3', 'b.yaml:6', 'b.yaml:7', 'b.yaml:8']);
  });

  test('names that repeat are refused, and both files are named', async () => {
    const root = tree({ 'one.yaml': manifest('same'), 'two.yaml': manifest('same') });
    const { issues } = await validateDeclaration(host, { files: ['.'], cwd: root });
    expect(issues).toMatchObject([{ code: 'ROTA_JOB_DUPLICATE' }]);
    expect(issues[0]?.message).toContain(join(root, 'one.yaml'));
    expect(issues[0]?.message).toContain(join(root, 'two.yaml'));
  });

  test.each([
    ['a missing file', { 'x.yaml': manifest('x') }, ['nowhere.yaml'], ['nowhere.yaml: ROTA_SOURCE_UNREADABLE']],
    ['an empty folder', { 'dir/readme.txt': '' }, ['dir'], ['dir: ROTA_DECLARATION_EMPTY']],
    ['a glob without match', { 'x.yaml': manifest('x') }, ['*.yml'], ['*.yml: ROTA_DECLARATION_EMPTY']],
    ['an empty file', { 'x.yaml': '' }, ['x.yaml'], ['x.yaml:1 ROTA_DECLARATION_EMPTY']],
    ['a config among the manifests', { 'jobs.config.ts': '' }, ['jobs.config.ts'], ['jobs.config.ts: ROTA_SOURCE_UNREADABLE']],
    ['a folder that is named like a file', { 'd/x.yaml/y.txt': '' }, ['d'], ['d/x.yaml: ROTA_SOURCE_UNREADABLE']],
    ['text that is not UTF-8', { 'x.yaml': '' }, ['x.yaml'], ['x.yaml: ROTA_SOURCE_UNREADABLE']],
  ])('%s is an error, never an empty declaration', async (name, files, sources, expected) => {
    const root = tree(files);
    if (name.includes('UTF-8')) writeFileSync(join(root, 'x.yaml'), Uint8Array.of(0xff, 0xfe, 0x41));
    expect(await problems(root, { files: sources })).toEqual(expected);
  });

  test('one bad manifest refuses all, and every file is told at once', async () => {
    const root = tree({ 'a.yaml': manifest('a'), 'b.yaml': manifest('b', 'command: x'), 'c.yaml': '\t- x' });
    expect(await problems(root, { files: ['.'] })).toEqual(['b.yaml:4 ROTA_FIELD_MISSING', 'c.yaml:1 ROTA_MANIFEST_SYNTAX']);
    const error: unknown = await loadDeclaration(host, { files: ['.'], cwd: root }).catch((reason: unknown) => reason);
    if (!isRotaError(error)) throw new Error('expected a RotaError');
    expect(error).toMatchObject({ code: 'ROTA_DECLARATION_INVALID', file: join(root, 'b.yaml'), line: 4 });
    expect(error.issues).toHaveLength(2);
  });
});
