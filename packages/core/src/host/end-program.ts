import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** After TERM. */
const untilKillMs = 5000;
/** What was printed before the end is read within this time; a program that was left behind may hold the pipe for ever. */
const lastOutputMs = 500;

/**
 * Ends a program and, where /proc tells of them, the programs that it started: with TERM, then KILL. Whoever waits for its output waits no longer
 * than the program itself takes.
 */
export function endProgram(
  program: Pick<ChildProcess, 'pid' | 'kill' | 'once' | 'exitCode' | 'signalCode' | 'stdout' | 'stderr'>,
): void {
  const { pid } = program;
  if (pid === undefined) return;
  const started = descendants(pid).map((one) => ({ pid: one, since: startTime(one) }));
  const signalAll = (signal: NodeJS.Signals): void => {
    program.kill(signal);
    for (const one of started) {
      try {
        // Five seconds later the number may be that of another program.
        if (one.since !== undefined && startTime(one.pid) === one.since) process.kill(one.pid, signal);
      } catch {
        // It has ended, or is somebody else's.
      }
    }
  };
  const closeOutput = (): void => {
    program.stdout?.destroy();
    program.stderr?.destroy();
  };
  if (program.exitCode === null && program.signalCode === null) program.once('exit', () => setTimeout(closeOutput, lastOutputMs));
  else closeOutput();
  setTimeout(() => signalAll('SIGKILL'), untilKillMs).unref();
  signalAll('SIGTERM');
}

/** proc(5), `task/TID/children`. Nobody where there is no such file. */
function descendants(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
      const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
      return children.flatMap((child) => [child, ...descendants(child)]);
    });
  } catch {
    return [];
  }
}

/** proc(5), `stat`: the 22nd field. The second is a name in parentheses, which may hold anything. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')')).split(' ')[20];
  } catch {
    return undefined;
  }
}
