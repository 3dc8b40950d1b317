import { join } from 'node:path';
import { namespaceLayout } from '../state/layout.ts';

/** Where the state of the targets of one namespace stands. */
export interface TargetLayout {
  readonly root: string;
  /** What was built and deployed last. */
  readonly records: string;
  /** Held while the records are changed, briefly. */
  readonly lock: string;
  /** Held while one target is built or deployed. */
  buildLock(name: string, system: string): string;
  /** Folder of the logs of one target and system. */
  logs(name: string, system: string): string;
  /** What nix says while hints are checked. */
  readonly hintsLog: string;
  readonly keepFolder: string;
  /** Links that keep nix from collecting what was built, or what is deployed. */
  keep(name: string, system: string, what: 'built' | 'deployed'): string;
}

/** Pure path arithmetic; names and systems are checked ones, and neither holds an `@`. */
export function targetLayout(stateDir: string, namespace: string): TargetLayout {
  const root = join(namespaceLayout(stateDir, namespace).root, 'targets');
  return {
    root,
    records: join(root, 'records.json'),
    lock: join(root, 'lock'),
    buildLock: (name, system) => join(root, 'locks', `${name}@${system}`),
    logs: (name, system) => join(root, 'logs', `${name}@${system}`),
    hintsLog: join(root, `hints.${process.pid}.log`),
    keepFolder: join(root, 'keep'),
    keep: (name, system, what) => join(root, 'keep', `${name}@${system}.${what}`),
  };
}
