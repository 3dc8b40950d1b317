/** How a program is to be started. No shell is ever involved. */
export interface ProcessRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly input?: string | Uint8Array | undefined;
  /** Input that is not known yet, so that the program gets ready meanwhile. Where it rejects, the program is ended, and so does the call. */
  readonly pendingInput?: Promise<string> | undefined;
  readonly cwd?: string | undefined;
  /** Added to the environment of this process; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Gets standard output in pieces while the program runs, whole characters each; `stdout` is then empty. It must not throw. */
  readonly onStdout?: ((piece: string) => void) | undefined;
  /** How `stdout` is read: `latin1` gives one character for each byte, whatever it is. @default 'utf8' */
  readonly encoding?: 'utf8' | 'latin1' | undefined;
  /** Only so many of the last characters of each output are kept. @default all of it, up to 100 MB, at which the program is ended */
  readonly outputEnd?: number | undefined;
  /** Milliseconds until the program, and what it has started, is ended with TERM, then KILL. @default no limit */
  readonly timeoutMs?: number | undefined;
  /** Ends the program with TERM, then KILL, as a time-out does. */
  readonly signal?: AbortSignal | undefined;
  /** A file that standard error is appended to while the program runs, made with mode 0600; `stderr` is then empty. Its folder exists. */
  readonly errorFile?: string | undefined;
  /** Let it run on by itself, without output, and answer as soon as it has started. @default false */
  readonly detached?: boolean | undefined;
}

/** How a program ended. A non-zero exit is a result, not an error. */
export interface ProcessResult {
  /** `null` when a signal ended the program. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/**
 * Starts the programs that Rota itself needs (`systemctl`, `crontab`, `git`, ...) and waits for their end.
 *
 * @throws ROTA_COMMAND_MISSING when the program cannot be found, ROTA_COMMAND_FAILED when it cannot be started, or prints more than is read
 */
export type ProcessRunner = (request: ProcessRequest) => Promise<ProcessResult>;
