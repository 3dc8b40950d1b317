import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { execaRunner } from './execa-runner.ts';
import type { ProcessResult } from './process-runner.ts';

const cat = { file: 'sh', args: ['-c', 'echo ready; cat'] };

test('input that comes later reaches a program that has started', async () => {
  const pendingInput = new Promise<string>((resolve) => setTimeout(resolve, 100, 'late\n'));
  expect(await execaRunner({ ...cat, pendingInput })).toMatchObject({ exitCode: 0, stdout: 'ready\nlate\n' });
});

test('input that fails ends the program, and is what the call fails with', async () => {
  const request = { file: 'sh', args: ['-c', 'exec sleep 60'], pendingInput: Promise.reject(new Error('no input')) };
  const begin = performance.now();
  await expect(execaRunner(request)).rejects.toThrow('no input');
  expect(performance.now() - begin).toBeLessThan(30_000);
});

test('a program that does not read its input is known by how it ended', async () => {
  const pendingInput = new Promise<string>((resolve) => setTimeout(resolve, 200, 'x'.repeat(1_000_000)));
  expect(await execaRunner({ file: 'sh', args: ['-c', 'exit 3'], pendingInput })).toMatchObject({ exitCode: 3 });
});

test('a time-out of more than 24 days does not end the program at once', async () => {
  expect(await execaRunner({ file: 'sleep', args: ['0.3'], timeoutMs: 30 * 86_400_000 })).toMatchObject({
    exitCode: 0,
    timedOut: false,
  });
});

test('output can be had piece by piece, with characters that stay whole', async () => {
  const pieces: string[] = [];
  const came = join(temporaryFolder(), 'came');
  // The program goes on with the second half of a character when its first piece has come.
  const args = ['-c', `printf 'a\\303'; while [ ! -e ${came} ]; do sleep 0.05; done; printf '\\274b'; printf c; echo d >&2`];
  const onStdout = (piece: string): void => {
    pieces.push(piece);
    writeFileSync(came, '');
  };
  expect(await execaRunner({ file: 'sh', args, onStdout })).toMatchObject({ exitCode: 0, stdout: '', stderr: 'd\n' });
  expect([pieces[0], pieces.join('')]).toEqual(['a', 'aübc']);
});

const secondsOf = async (args: readonly string[]): Promise<{ readonly seconds: number; readonly result: ProcessResult }> => {
  const begin = performance.now();
  // Long enough for a shell to start on a busy machine.
  const result = await execaRunner({ file: 'sh', args: ['-c', ...args], timeoutMs: 4000 });
  return { seconds: (performance.now() - begin) / 1000, result };
};

test('a time-out holds although what the program has started goes on and holds its output', async () => {
  const { seconds, result } = await secondsOf(['sleep 60 & echo $!; wait; true']);
  expect(result).toMatchObject({ timedOut: true, signal: 'SIGTERM', stdout: expect.stringMatching(/^\d+\n$/) });
  expect(seconds).toBeLessThan(30);
  const started = `/proc/${result.stdout.trim()}`;
  if (existsSync('/proc/self/task')) await expect.poll(() => existsSync(started)).toBe(false);
  const left = await secondsOf(['sleep 60 & echo $!']);
  expect(left.result).toMatchObject({ timedOut: true, exitCode: 0 });
  expect(left.seconds).toBeLessThan(30);
  process.kill(Number(left.result.stdout));
});

test('of a program that prints without end the last characters are kept, or it is ended', async () => {
  const args = ['-c', 'head -c 3000000 /dev/zero; echo ä; echo second >&2'];
  expect(await execaRunner({ file: 'sh', args, outputEnd: 3 })).toMatchObject({ exitCode: 0, stdout: '\0ä\n', stderr: 'nd\n' });
  await expect(execaRunner({ file: 'cat', args: ['/dev/zero'] })).rejects.toThrow('printed more than 100 MB');
});
