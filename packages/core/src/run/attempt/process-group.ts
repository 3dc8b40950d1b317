import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Sends a signal to every process of the group that `leader` began. On Windows TERM asks the process tree to close, KILL ends it. */
export function signalGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    const force = signal === 'SIGKILL' ? ['/F'] : [];
    // Where taskkill is not there, or cannot, at least the leader ends.
    const instead = (): void => {
      if (signal === 'SIGKILL') killProcess(leader);
    };
    // By its place: the folder that the runner happens to stand in could have another one.
    const taskkill = `${process.env.SystemRoot ?? 'C:\\Windows'}\\System32\\taskkill.exe`;
    spawn(taskkill, ['/PID', String(leader), '/T', ...force], { stdio: 'ignore', windowsHide: true })
      .on('error', instead)
      .on('exit', (code) => code !== 0 && instead());
    return;
  }
  try {
    process.kill(-leader, signal);
  } catch {
    // the whole group has ended
  }
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

/** Whether any process of the group is left. On Windows, which has no groups, the leader's end is the end. */
export function groupLives(leader: number): boolean {
  if (process.platform === 'win32') return false;
  try {
    process.kill(-leader, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  // In a container without an init nobody reaps what has ended: a group of zombies is gone. proc(5): state and group are fields 3 and 5.
  return process.platform !== 'linux' || readdirSync('/proc').some((name) => /^\d+$/.test(name) && isMember(name, leader));
}

function isMember(pid: string, leader: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(group) === leader && state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}
