import { existsSync } from 'node:fs';
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
  const args = ['-c', "printf 'a\\303'; sleep 0.2; printf '\\274b'; sleep 0.2; printf c; echo d >&2"];
  const result = await execaRunner({ file: 'sh', args, onStdout: (piece) => void pieces.push(piece) });
  expect(result).toMatchObject({ exitCode: 0, stdout: '', stderr: 'd\n' });
  expect([pieces.join(''), pieces.length > 1]).toEqual(['aübc', true]);
});

const secondsOf = async (args: readonly string[]): Promise<{ readonly seconds: number; readonly result: ProcessResult }> => {
  const begin = performance.now();
  const result = await execaRunner({ file: 'sh', args: ['-c', ...args], timeoutMs: 500 });
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
