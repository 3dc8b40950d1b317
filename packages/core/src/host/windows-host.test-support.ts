import { closeSync, constants, copyFileSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { isRotaError } from '../errors/rota-error.ts';
import { execaRunner } from './execa-runner.ts';
import { nodeFiles } from './node-files.ts';

/** For tests: run by the Node of Windows in a folder of its own, it prints what it saw there, as JSON. */
const [, , folder = ''] = process.argv;
process.chdir(folder);

/** libuv, `UV_FS_O_EXLOCK`: opened with no sharing. */
const alone = 0x10000000;

/** Does something with a file that a thread holds for itself, and lets go of a moment after the work has begun. */
async function whileHeld<T>(path: string, work: () => T): Promise<T> {
  const held = openSync(path, constants.O_RDWR | constants.O_CREAT | alone);
  const begun = new Int32Array(new SharedArrayBuffer(4));
  const letGo = `const { workerData: { begun, held }, parentPort } = require('node:worker_threads');
    parentPort.postMessage('ready');
    Atomics.wait(begun, 0, 0);
    setTimeout(() => require('node:fs').closeSync(held), 50);`;
  const worker = new Worker(letGo, { eval: true, workerData: { begun, held } });
  await new Promise((resolve) => worker.once('message', resolve));
  // Now nobody else can open it.
  let refused = false;
  try {
    closeSync(openSync(path, 'r'));
  } catch {
    refused = true;
  }
  if (!refused) throw new Error(`${path} is not held.`);
  Atomics.store(begun, 0, 1);
  Atomics.notify(begun, 0);
  const answer = work();
  await new Promise((resolve) => worker.once('exit', resolve));
  return answer;
}

async function outcomeOf(program: string): Promise<string | number | null> {
  try {
    return (await execaRunner({ file: program, args: [] })).exitCode;
  } catch (error) {
    return isRotaError(error) ? error.code : String(error);
  }
}

async function main(): Promise<void> {
  await whileHeld('held.txt', () => nodeFiles.append('held.txt', 'appended'));
  const read = await whileHeld('held.txt', () => nodeFiles.readText('held.txt'));
  const system = join(process.env.SystemRoot ?? '', 'system32');
  for (const name of ['planted.exe', 'hostname.exe']) copyFileSync(join(system, 'hostname.exe'), name);
  process.stdout.write(
    JSON.stringify({
      read,
      planted: await outcomeOf('planted.exe'),
      byPlace: await outcomeOf('.\\planted.exe'),
      onThePath: await outcomeOf('hostname.exe'),
    }),
  );
}

void main();
