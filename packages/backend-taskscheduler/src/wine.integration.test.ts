import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeFiles, type ProcessRunner } from '@rota/core';
import { commandPart, requirePart, temporaryFolder } from '@rota/test-support';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { commandLine } from './command-line.ts';
import { compile } from './compile.ts';
import { compileInput } from './job.fixture.ts';
import { schtasks } from './service/schtasks.ts';
import { argument } from './testing/argument.fixture.ts';
import { encodeTaskXml } from './xml/encode-task-xml.ts';

const compiler = 'x86_64-w64-mingw32-gcc';
const wine = requirePart(commandPart('wine', 'wine wine64'), commandPart(compiler, 'gcc-mingw-w64-x86-64'));

wine('under Wine', () => {
  const folder = temporaryFolder();
  const prefix = join(folder, 'prefix');
  const env = { ...process.env, WINEPREFIX: prefix, WINEDEBUG: '-all', WINEARCH: 'win64' };

  beforeAll(async () => {
    mkdirSync(prefix);
    spawnSync('wine', ['wineboot', '-i'], { env, stdio: 'ignore', timeout: 240_000 });
    // The services of a new prefix come up one after the other; until the one of tasks is there, every create fails.
    const file = join(folder, 'warm-up.xml');
    writeFileSync(file, encodeTaskXml(compile(compileInput()).artifact.files[0]?.content ?? ''));
    const create = ['schtasks.exe', '/create', '/f', '/tn', 'warm-up', '/xml', `Z:${file.replaceAll('/', '\\')}`];
    // Asking all the time holds them up.
    const deadline = Date.now() + 150_000;
    do await sleep(8000);
    while (spawnSync('wine', create, { env, stdio: 'ignore', timeout: 60_000 }).status !== 0 && Date.now() < deadline);
  });

  const runs = process.env.ROTA_ORACLES === '1' ? 10_000 : 1000;

  test(`CommandLineToArgvW reads ${runs} random argument vectors back`, { timeout: 300_000 }, () => {
    const source = join(import.meta.dirname, '..', 'testdata', 'split-lines.c');
    const program = join(folder, 'split-lines.exe');
    execFileSync(compiler, ['-municode', '-O1', '-o', program, source, '-lshell32']);
    const vectors = fc.sample(fc.array(argument, { maxLength: 6 }), { numRuns: runs, seed: 20261121 });
    // UTF-16, lines ended by NUL: an argument may hold a line break.
    const input = join(folder, 'lines.bin');
    const output = join(folder, 'arguments.bin');
    writeFileSync(input, Buffer.from(vectors.map((args) => `x ${commandLine(args)}\0`).join(''), 'utf16le'));
    execFileSync('wine', [program, input, output], { env, stdio: 'ignore', timeout: 240_000 });
    // Arguments ended by NUL, vectors by one more NUL after a 1.
    const read = readFileSync(output).toString('utf16le').split('\u0001\0').slice(0, -1);
    expect(read).toHaveLength(vectors.length);
    for (const [index, args] of vectors.entries()) expect(read[index]?.split('\0').slice(0, -1)).toEqual(args);
  });

  // Wine 8 keeps a file for a task, without its triggers and its command, checks nothing, and answers every query with nothing. So this shows that the
  // command lines for create and delete are understood and what their exit statuses are, and no more.
  test('schtasks understands the command lines that create and delete a task', { timeout: 300_000 }, async () => {
    const asWindows = (text: string): string => (text.startsWith('/tmp') ? `Z:${text.replaceAll('/', '\\')}` : text);
    const calls: (readonly [string | undefined, number | null])[] = [];
    const kept = join(prefix, 'drive_c', 'windows', 'system32', 'tasks', 'Rota', 'default', 'acme', 'backup');
    let seen = false;
    const run: ProcessRunner = async ({ file, args: asked }) => {
      // Wine 8 knows no /hresult and answers 1 to it.
      const args = asked.map((text) => text.replace(' /hresult', '')).filter((text) => text !== '/hresult');
      const { status, stdout, stderr } = spawnSync('wine', [file, ...args.map(asWindows)], {
        env,
        encoding: 'utf8',
        timeout: 120_000,
      });
      calls.push([file === 'cmd.exe' ? '/query' : args[0], status]);
      seen ||= existsSync(kept);
      return { exitCode: status, signal: null, stdout, stderr, timedOut: false };
    };
    const service = schtasks({ run, files: nodeFiles, stateDir: folder });
    const path = '\\Rota\\default\\acme\\backup';
    const xml = compile(compileInput()).artifact.files[0]?.content ?? '';
    const register = { kind: 'register', path, xml, logon: 'interactive' } as const;
    await service.change([register, register, { kind: 'delete', path }]);
    expect(calls).toEqual([
      ['/query', 0],
      ['/create', 0],
      ['/create', 0],
      ['/delete', 0],
    ]);
    expect([seen, existsSync(kept)]).toEqual([true, false]);
  });
});
