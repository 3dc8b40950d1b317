import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requirePart, rootPart, temporaryFolder } from '@rota/test-support';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from './node-files.ts';

const source = fileURLToPath(new URL('./node-files.ts', import.meta.url));

/** What each call answers in a process that sees its own file system of 64 KiB, which is full, at FOLDER; `readOnly`: and not written to. */
function onSmallDisk(folder: string, calls: readonly string[], readOnly = false): Record<string, string> {
  const program = [
    `import { readdirSync } from 'node:fs';`,
    `import { createJiti } from 'jiti';`,
    `const { nodeFiles: files } = await createJiti(import.meta.url, { fsCache: false }).import(${JSON.stringify(source)});`,
    `const told = {};`,
    `const tell = (call, act) => { try { act(); told[call] = 'done'; } catch (error) { told[call] = error.code + ' ' + error.path; } };`,
    ...calls.map((call) => `tell(${JSON.stringify(call)}, () => files.${call});`),
    `told.left = readdirSync(${JSON.stringify(folder)}).join();`,
    `console.log(JSON.stringify(told));`,
  ];
  const script = [
    `mount -t tmpfs -o size=64k none "$1"`,
    `head -c 100 /dev/zero > "$1/kept"`,
    `dd if=/dev/zero of="$1/fill" bs=1k count=1000 2>/dev/null || true`,
    readOnly ? `mount -o remount,ro "$1"` : ':',
    `exec "$2" --input-type=module -e "$3"`,
  ];
  const args = ['-m', 'sh', '-c', script.join('\n'), 'sh', folder, process.execPath, program.join('\n')];
  return JSON.parse(execFileSync('unshare', args, { encoding: 'utf8', cwd: fileURLToPath(new URL('.', import.meta.url)) }));
}

requirePart(rootPart)('files on a disk that takes nothing', () => {
  it('fail with the place where it is full, leave no temporary file, and keep what was there', () => {
    const folder = temporaryFolder();
    const [kept, fresh] = [join(folder, 'kept'), join(folder, 'fresh')].map((path) => JSON.stringify(path));
    const told = onSmallDisk(folder, [
      `write(${kept}, 'x'.repeat(5000))`,
      `create(${fresh}, 'x')`,
      `append(${fresh}, 'x')`,
      `facts(${kept}).size === 100 || fail`,
    ]);
    expect(Object.values(told).slice(0, 3)).toEqual([
      expect.stringMatching(`^ENOSPC ${folder}/\\.rota-.*\\.tmp$`),
      expect.stringMatching(`^ENOSPC ${folder}/\\.rota-.*\\.tmp$`),
      `ENOSPC ${folder}/fresh`,
    ]);
    expect(Object.values(told)[3]).toBe('done');
    expect(told.left).toBe('fill,fresh,kept');
  });

  it('say so of what was appended in part', () => {
    const folder = temporaryFolder();
    const told = onSmallDisk(folder, [`append(${JSON.stringify(join(folder, 'kept'))}, 'x'.repeat(5000))`]);
    expect(Object.values(told)[0]).toBe(`ENOSPC ${folder}/kept`);
  });

  it('fail with the reason, also in a folder that is not there yet', () => {
    const folder = temporaryFolder();
    const told = onSmallDisk(
      folder,
      [`makeFolder(${JSON.stringify(join(folder, 'a/b/c'))})`, `write(${JSON.stringify(join(folder, 'kept'))}, 'x')`],
      true,
    );
    expect(Object.values(told).slice(0, 2)).toEqual([`EROFS ${folder}/a`, expect.stringMatching(`^EROFS ${folder}/\\.rota-`)]);
  });
});

requirePart(rootPart)('in a container that is started again', () => {
  it('a file is written where an earlier process of that pid, which was killed, has left its own', () => {
    const folder = temporaryFolder();
    // A pid namespace of its own gives each the same pid; the second finds what the first left.
    const program = [
      `import { createJiti } from 'jiti';`,
      `import fs, { readdirSync } from 'node:fs';`,
      `import { syncBuiltinESMExports } from 'node:module';`,
      `fs.renameSync = () => process.exit(137);`,
      `if (process.argv[1] === 'killed') syncBuiltinESMExports();`,
      `const { nodeFiles } = await createJiti(import.meta.url, { fsCache: false }).import(${JSON.stringify(source)});`,
      `nodeFiles.write(${JSON.stringify(join(folder, 'state'))}, 'x');`,
    ].join('\n');
    const start = (how: string) => {
      const args = ['--pid', '--fork', process.execPath, '--input-type=module', '-e', program, how];
      return spawnSync('unshare', args, { encoding: 'utf8', cwd: fileURLToPath(new URL('.', import.meta.url)) });
    };
    expect(start('killed').status).toBe(137);
    const left = readdirSync(folder);
    expect(left).toEqual([expect.stringMatching(/^\.rota-1-.*\.tmp$/)]);
    expect(start('again')).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(folder).sort()).toEqual([...left, 'state']);
  });
});

describe('for a machine that loses its power', () => {
  it('a file is synced before it gets its name, and its folder after; what is appended is synced, too', () => {
    const folder = temporaryFolder();
    const program = [
      `import { createJiti } from 'jiti';`,
      `import fs from 'node:fs';`,
      `import { syncBuiltinESMExports } from 'node:module';`,
      `const [calls, opened] = [[], new Map()];`,
      `const { openSync, writeSync, fsyncSync, renameSync } = fs;`,
      `const kind = (fd) => (opened.get(fd) === ${JSON.stringify(folder)} ? 'folder' : 'file');`,
      `fs.openSync = (path, ...more) => { const fd = openSync(path, ...more); opened.set(fd, path); return fd; };`,
      `fs.writeSync = (fd, ...more) => { calls.push('write'); return writeSync(fd, ...more); };`,
      `fs.fsyncSync = (fd) => { calls.push('sync ' + kind(fd)); fsyncSync(fd); };`,
      `fs.renameSync = (...paths) => { calls.push('rename'); renameSync(...paths); };`,
      `syncBuiltinESMExports();`,
      `const { nodeFiles } = await createJiti(import.meta.url, { fsCache: false }).import(${JSON.stringify(source)});`,
      `nodeFiles.write(${JSON.stringify(join(folder, 'state'))}, 'x');`,
      `nodeFiles.append(${JSON.stringify(join(folder, 'log'))}, 'x');`,
      `console.log(calls.join());`,
    ].join('\n');
    const args = ['--input-type=module', '-e', program];
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    });
    expect(stdout, stderr).toBe('write,sync file,rename,sync folder,write,sync file\n');
  });
});

describe('a folder', () => {
  it('is made with those above it, and again', () => {
    const folder = temporaryFolder();
    for (let time = 0; time < 2; time += 1) nodeFiles.makeFolder(join(folder, 'a/b'));
    mkdirSync(join(folder, 'a/b/c'));
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['c']);
  });
});
