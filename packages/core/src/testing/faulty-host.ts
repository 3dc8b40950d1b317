import type { Host } from '../host/host.ts';

/** One effect that does not come off: the `at`-th of a host, files and commands counted together from 1. */
export interface Fault {
  readonly at: number;
  /** `error`: that one fails, as on a full disk. `kill`: the process ends before it. `kill-after`: it ends right after it. */
  readonly mode: 'error' | 'kill' | 'kill-after';
}

/** A host with a fault. */
export interface FaultyHost extends Host {
  /** How many effects it had so far. */
  readonly effects: () => number;
  /** The effect that did not come off, such as `write /path`; `null` when it never came to that one. */
  readonly cut: () => string | null;
}

const fileEffects = new Set(['write', 'create', 'append', 'link', 'rename', 'remove', 'removeFolder', 'makeFolder', 'setTimes']);

/** The host, with one effect made to fail. After a kill nothing works any more, as far as one process can play its own end. */
export function faultyHost(host: Host, fault: Fault): FaultyHost {
  let effects = 0;
  let dead = false;
  let cut: string | null = null;
  const ended = (): Error => new Error('the process was ended here');
  /** Whether this very effect is the one; throws where it must not happen. */
  const begin = (effect: readonly unknown[]): boolean => {
    if (dead) throw ended();
    effects += 1;
    if (effects !== fault.at) return false;
    cut = effect.join(' ');
    if (fault.mode === 'error') throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    dead = true;
    if (fault.mode === 'kill') throw ended();
    return true;
  };
  const files = new Proxy(host.files, {
    get(target, name): unknown {
      const operation: unknown = Reflect.get(target, name);
      if (typeof operation !== 'function') return operation;
      return (...args: readonly unknown[]): unknown => {
        if (dead) throw ended();
        const last = fileEffects.has(String(name)) && begin([name, args[0]]);
        const result: unknown = Reflect.apply(operation, target, args);
        if (last) throw ended();
        return result;
      };
    },
  });
  return {
    ...host,
    effects: () => effects,
    cut: () => cut,
    files,
    run: async (request) => {
      const last = begin([request.file, ...request.args]);
      const result = await host.run(request);
      if (last) throw ended();
      return result;
    },
  };
}
