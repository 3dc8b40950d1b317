import type { Files } from './files.ts';
import type { ProcessRunner } from './process-runner.ts';

/** The user that Rota acts for. */
export interface HostUser {
  readonly name: string;
  readonly uid: number;
  /** Absolute path of the home folder. */
  readonly home: string;
}

/**
 * The machine, the user and the effects, as one value that is passed down. Everything that touches the machine takes it from here,
 * so that a test or an embedding program can put another one in its place.
 */
export interface Host {
  readonly platform: 'linux' | 'darwin' | 'win32';
  /** Architecture of the processor, in the words of Node: `x64`, `arm64`, ... */
  readonly arch: string;
  /** Short host name, as declarations select it. */
  readonly hostname: string;
  readonly user: HostUser;
  /** The environment that Rota was started in. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** IANA name of the machine's own zone. */
  readonly timezone: string;
  /** Folders of TZif files, best first; none where the zones come from Node's own data, as on Windows. */
  readonly zoneRoots: readonly string[];
  /** Absolute path of Rota's state, `$XDG_STATE_HOME/rota` unless set otherwise. */
  readonly stateDir: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly files: Files;
  readonly run: ProcessRunner;
}
