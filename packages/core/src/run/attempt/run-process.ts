import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import type { Cancel } from '../cancel.ts';
import { ownCommand } from './own-command.ts';
import { groupLives, signalGroup } from './process-group.ts';

export interface RunProcess {
  readonly command: readonly string[];
  readonly shell: boolean;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number | null;
  /** Between TERM and KILL. */
  readonly graceMs: number;
  /** Aborts with the name of the signal that asked for it. */
  readonly cancel: Cancel;
  readonly onOutput: (bytes: Buffer, stream: 'stdout' | 'stderr') => void;
}

export interface ProcessEnd {
  /** `null` when a signal ended it, or when it never began. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  /** Why it could not be started. */
  readonly problem: string | null;
}

/** A process that went to the background may keep the pipes open for ever. */
const pipeGraceMs = 500;
const unkillableMs = 500;
/** A longer timer would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Runs one process in a group of its own, with no input, and ends the whole group when it is too late or cancelled: TERM, grace, KILL. */
export function runProcess(request: RunProcess): Promise<ProcessEnd> {
  const [file, ...args] = request.shell ? shellCommand(request.command.join(' ')) : startable(request.command);
  const never = (problem: string, exitCode: number | null): ProcessEnd => ({ exitCode, signal: null, timedOut: false, problem });
  if (file === undefined) return Promise.resolve(never('The command is empty.', null));
  if (!existsSync(request.cwd)) return Promise.resolve(never(`The working folder ${request.cwd} does not exist.`, null));
  if (!mayEnter(request.cwd)) return Promise.resolve(never(`The working folder ${request.cwd} may not be entered.`, 126));
  let child: ChildProcess;
  try {
    child = spawn(file, args, {
      cwd: request.cwd,
      env: request.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
      windowsVerbatimArguments: request.shell && process.platform === 'win32',
    });
  } catch (error) {
    return Promise.resolve(never(startProblem(file, request.cwd, error), null));
  }
  return new Promise((resolve) => {
    const watch = watchOver(child, request);
    child.stdout?.on('data', (bytes: Buffer) => request.onOutput(bytes, 'stdout'));
    child.stderr?.on('data', (bytes: Buffer) => request.onOutput(bytes, 'stderr'));
    child.on('error', (error) => {
      if (child.pid !== undefined) return;
      void watch.end();
      // As a shell says it: 127 for a program that is not there, 126 for one that cannot be executed.
      resolve(never(startProblem(file, request.cwd, error), 'code' in error && error.code === 'ENOENT' ? 127 : 126));
    });
    let exited: { code: number | null; signal: NodeJS.Signals | null } | undefined;
    const finish = (): void => {
      clearTimeout(pipes);
      child.stdout?.destroy();
      child.stderr?.destroy();
      if (exited === undefined) return;
      const { code, signal } = exited;
      void watch.end().then(() => resolve({ exitCode: code, signal, timedOut: watch.timedOut(), problem: null }));
    };
    let pipes: NodeJS.Timeout | undefined;
    child.on('exit', (code, signal) => {
      exited = { code, signal };
      pipes = setTimeout(finish, pipeGraceMs);
    });
    child.on('close', finish);
  });
}

/** Ends the group at the time-out or when cancelled; after the leader's end, also what it left behind in a group that was told to stop. */
function watchOver(
  child: ChildProcess,
  { timeoutMs, graceMs, cancel }: RunProcess,
): { end(): Promise<void>; timedOut(): boolean } {
  const { pid } = child;
  let late = false;
  let stopping = false;
  let killTimer: NodeJS.Timeout | undefined;
  let stoppedAt = 0;
  const stop = (): void => {
    if (pid === undefined || stopping) return;
    stopping = true;
    stoppedAt = performance.now();
    signalGroup(pid, 'SIGTERM');
    killTimer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
  };
  const expire = (): void => {
    late = true;
    stop();
  };
  let timer: NodeJS.Timeout | undefined;
  const wait = (left: number): void => {
    timer = setTimeout(() => (left > longestTimerMs ? wait(left - longestTimerMs) : expire()), Math.min(left, longestTimerMs));
  };
  if (timeoutMs !== null) wait(timeoutMs);
  if (cancel.aborted) stop();
  cancel.addEventListener('abort', stop);
  return {
    timedOut: () => late,
    async end() {
      clearTimeout(timer);
      cancel.removeEventListener('abort', stop);
      while (stopping && pid !== undefined && groupLives(pid)) {
        const waitedMs = performance.now() - stoppedAt;
        if (waitedMs >= graceMs) signalGroup(pid, 'SIGKILL');
        // What even KILL did not end is a zombie that nobody reaps, or hangs in the kernel.
        if (waitedMs >= graceMs + unkillableMs) break;
        await new Promise((done) => setTimeout(done, 20));
      }
      clearTimeout(killTimer);
    },
  };
}

function startable(command: readonly string[]): readonly string[] {
  return process.platform === 'win32' ? ownCommand(command) : command;
}

function shellCommand(text: string): readonly string[] {
  if (process.platform !== 'win32') return ['/bin/sh', '-c', text];
  return [process.env.ComSpec ?? 'cmd.exe', '/d', '/s', '/c', `"${text}"`];
}

function mayEnter(folder: string): boolean {
  try {
    accessSync(`${folder}/.`, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function startProblem(file: string, cwd: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // execve(2) says the same of a script whose interpreter is missing.
  if (code === 'ENOENT' && file.includes('/') && existsSync(resolvePath(cwd, file)))
    return `The interpreter in the first line of ${file} was not found.`;
  if (code === 'ENOENT') return `The program ${file} was not found.`;
  // Node refuses to start them by themselves (CVE-2024-27980): cmd.exe would read their arguments.
  if (code === 'EINVAL' && /\.(?:bat|cmd)$/i.test(file)) return `The batch file ${file} needs cmd.exe: set \`shell: true\`.`;
  if (code === 'EACCES') return `The program ${file} may not be executed.`;
  return `The program ${file} could not be started: ${error instanceof Error ? error.message : error}`;
}
