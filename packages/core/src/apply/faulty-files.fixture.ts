import type { Files } from '../host/files.ts';

/** The death of a process, as far as one process can play it: nothing works from then on. */
export class Killed extends Error {}

export interface FaultPlan {
  /** Which effect fails, counting from 1; 0: none. */
  readonly at: number;
  /** `error`: that effect fails once, as on a full disk. `kill`: the process dies there. `kill-after`: it dies right after the effect. */
  readonly mode: 'error' | 'kill' | 'kill-after';
}

const effects = ['write', 'create', 'append', 'link', 'rename', 'remove', 'removeFolder', 'makeFolder', 'setTimes'] as const;

/** Files whose n-th effect fails. */
export function faultyFiles(files: Files, plan: FaultPlan): Files & { readonly count: () => number } {
  let count = 0;
  let dead = false;
  const faulty: Record<string, unknown> = { ...files, count: () => count };
  for (const name of Object.keys(files)) {
    const original = files[name as keyof Files] as (...args: unknown[]) => unknown;
    const isEffect = (effects as readonly string[]).includes(name);
    faulty[name] = (...args: unknown[]): unknown => {
      if (dead) throw new Killed('dead');
      if (isEffect) count += 1;
      if (isEffect && count === plan.at) {
        if (plan.mode === 'error') throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
        dead = true;
        if (plan.mode === 'kill-after') original(...args);
        throw new Killed('killed');
      }
      return original(...args);
    };
  }
  return faulty as unknown as Files & { readonly count: () => number };
}
