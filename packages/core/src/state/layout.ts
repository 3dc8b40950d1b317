import { join } from 'node:path';
import { checkedNamespace } from './name-rule.ts';

/** Where everything of one state folder stands. Pure path arithmetic. */
export interface StateLayout {
  readonly root: string;
  readonly format: string;
  /** The two files that native entries name. */
  readonly launcher: string;
  readonly recorder: string;
  /** Starts the command line of Rota, for the jobs that Rota gives itself. */
  readonly command: string;
  readonly namespaces: string;
  /** Copies of the runner, by digest. */
  readonly runners: string;
}

/** Where everything of one namespace stands. */
export interface NamespaceLayout {
  readonly root: string;
  /** Source and chosen backend, from the first apply on. */
  readonly record: string;
  readonly lock: string;
  readonly journal: string;
  readonly generations: string;
  readonly launchFiles: string;
  /** Last handled fire time of a job, one small file each. */
  readonly handled: string;
  /** Word of runs that a person has asked for, until they begin. */
  readonly asked: string;
  /** Word of runners that were started, until they begin; each is named after its process. */
  readonly starting: string;
  /** Locks of running jobs and named locks. */
  readonly runLocks: string;
  /** Run records, one JSON line each, one file a month (`2026-11.jsonl`). */
  readonly runs: string;
  /** Captured output, a folder a job. */
  readonly output: string;
  /** Check-ins and alerts that could not be delivered yet. */
  readonly spool: string;
  /** A file for each who watches runs, to which the runners append. */
  readonly watch: string;
}

/** The paths of a state folder. Pure. `platform`, this machine's unless given, decides the name of the launcher. */
export function stateLayout(stateDir: string, platform: NodeJS.Platform = process.platform): StateLayout {
  return {
    root: stateDir,
    format: join(stateDir, 'format.json'),
    launcher: join(stateDir, 'bin', platform === 'win32' ? 'rota-run.cmd' : 'rota-run'),
    recorder: join(stateDir, 'bin', 'record'),
    command: join(stateDir, 'bin', 'rota'),
    namespaces: join(stateDir, 'namespaces'),
    runners: join(stateDir, 'runner'),
  };
}

/** The paths of one namespace in a state folder. Pure. @throws ROTA_FIELD_VALUE for a namespace that would lead elsewhere */
export function namespaceLayout(stateDir: string, namespace: string): NamespaceLayout {
  const root = join(stateDir, 'namespaces', checkedNamespace(namespace));
  return {
    root,
    record: join(root, 'namespace.json'),
    lock: join(root, 'lock'),
    journal: join(root, 'journal.json'),
    generations: join(root, 'generations'),
    launchFiles: join(root, 'launch'),
    handled: join(root, 'handled'),
    asked: join(root, 'asked'),
    starting: join(root, 'starting'),
    runLocks: join(root, 'locks'),
    runs: join(root, 'runs'),
    output: join(root, 'output'),
    spool: join(root, 'spool'),
    watch: join(root, 'watch'),
  };
}
