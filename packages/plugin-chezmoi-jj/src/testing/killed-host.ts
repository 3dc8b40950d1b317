import { spawn } from 'node:child_process';
import type { Host } from '@rota/core';

/** When a sync is cut off: at which of its effects, counted from 0, and whether before it, in the middle of it, or when it was done. */
export interface Kill {
  readonly at: number;
  readonly moment: 'before' | 'during' | 'after';
  /** Milliseconds into the program, for `during`. */
  readonly ms: number;
}

/**
 * A host whose process dies at one effect: a program that is started, or a file that is written. What follows never happens, as after SIGKILL; a program
 * that runs at that moment is killed with everything that it has started. `died` resolves then.
 */
export function killedHost(host: Host, kill: Kill): { readonly host: Host; readonly died: Promise<void> } {
  let effects = 0;
  let die: () => void = () => undefined;
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  const never = (): Promise<never> => {
    die();
    return new Promise(() => undefined);
  };
  const isNow = (): boolean => {
    effects += 1;
    return effects - 1 === kill.at;
  };
  const run: Host['run'] = async (request) => {
    if (!isNow()) return await host.run(request);
    if (kill.moment === 'before') return await never();
    if (kill.moment === 'after') await host.run(request);
    else await killInside(request, kill.ms);
    return await never();
  };
  const write: Host['files']['write'] = (path, content, mode) => {
    const isEnd = isNow();
    if (!isEnd || kill.moment === 'after') host.files.write(path, content, mode);
    if (!isEnd) return;
    die();
    throw new Error('killed');
  };
  return { host: { ...host, run, files: { ...host.files, write } }, died };
}

async function killInside({ file, args, cwd, env }: Parameters<Host['run']>[0], ms: number): Promise<void> {
  const child = spawn(file, [...args], { cwd, env: { ...process.env, ...env }, stdio: 'ignore', detached: true });
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
    setTimeout(() => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It had ended by itself.
      }
    }, ms);
  });
}
