import { RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import type { ProcessResult } from '../../host/process-runner.ts';

/** Why nix did not give an artifact. By the step first, then the exit code, then the words: `nix build` alone would say 1 for most. */
export type BuildFailureKind =
  | 'configuration'
  | 'evaluation'
  | 'network'
  | 'git'
  | 'disk'
  | 'no-builder'
  | 'build'
  | 'timeout'
  | 'hash'
  | 'interrupted'
  /** A target that it is built from was not built. */
  | 'dependency'
  /** Not nix: a full disk under the state, a lock that is held, a missing program. */
  | 'other';

/** Why there is no artifact, and in which words. */
export interface BuildFailure {
  readonly kind: BuildFailureKind;
  /** What nix said last, as one line. */
  readonly message: string;
}

/** What an attribute evaluates to. */
export interface Evaluation {
  readonly drvPath: string;
  readonly outPath: string;
}

export interface NixPlace {
  readonly host: Pick<Host, 'run' | 'files'>;
  /** The flake, with its revision. */
  readonly flake: string;
  readonly attr: string;
  /** Where everything that nix says goes. */
  readonly log: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Names other than `drvPath` and `outPath`: a set with `outPath` would be printed as that path alone. */
const describe = 'drv: { drv = drv.drvPath; out = drv.outPath; }';

/** Evaluates an attribute, and so makes its derivation; builds nothing. */
export async function evaluateAttr(place: NixPlace): Promise<Evaluation | BuildFailure> {
  const said = place.host.files.facts(place.log)?.size ?? 0;
  const features = ['--extra-experimental-features', 'nix-command', '--extra-experimental-features', 'flakes'];
  const reference = `${place.flake}#${encodeURIComponent(place.attr)}`;
  const result = await nix(place, 'nix', [
    ...features,
    'eval',
    '--json',
    '--no-update-lock-file',
    reference,
    '--apply',
    describe,
  ]);
  if (result.exitCode !== 0) return failureOf(place, result, said, 'evaluation');
  const value: unknown = JSON.parse(result.stdout);
  if (typeof value === 'object' && value !== null && 'drv' in value && 'out' in value)
    return { drvPath: String(value.drv), outPath: String(value.out) };
  return { kind: 'evaluation', message: `nix printed ${result.stdout.slice(0, 100)} for a derivation.` };
}

/** Builds a derivation, or fetches it, and makes `link`, which keeps it from being collected; answers the store path. */
export async function realiseDerivation(
  place: NixPlace,
  { drvPath, outPath }: Evaluation,
  link: string,
): Promise<string | BuildFailure> {
  const said = place.host.files.facts(place.log)?.size ?? 0;
  const seconds = String(Math.ceil(place.timeoutMs / 1000));
  const result = await nix(place, 'nix-store', ['--realise', drvPath, '--add-root', link, '--indirect', '--timeout', seconds]);
  if (result.exitCode !== 0) return failureOf(place, result, said, 'build');
  return place.host.files.readLink(link) ?? outPath;
}

export function isFailure(value: unknown): value is BuildFailure {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

async function nix({ host, log, timeoutMs, signal }: NixPlace, file: string, args: readonly string[]): Promise<ProcessResult> {
  host.files.append(log, `$ ${[file, ...args].join(' ')}\n`, 0o600, false);
  try {
    return await host.run({
      file,
      args,
      // Colour codes would stand in the log; a question would wait for ever.
      env: { NO_COLOR: '1', TERM: 'dumb', GIT_TERMINAL_PROMPT: '0', GIT_SSH_COMMAND: 'ssh -o BatchMode=yes' },
      errorFile: log,
      // nix ends a build that is too long by itself, and says so; this is for an evaluation, and a nix that hangs.
      timeoutMs: timeoutMs + 15_000,
      signal,
    });
  } catch (cause) {
    if (!(cause instanceof RotaError) || cause.code !== 'ROTA_COMMAND_MISSING') throw cause;
    throw new RotaError('ROTA_COMMAND_MISSING', `${file} is not installed, or not on the PATH.`, {
      suggestions: ['Install Nix, such as: apt install nix-bin'],
      cause,
    });
  }
}

/** nix-store(1), `--realise`, has the exit codes 100 to 102. */
function failureOf(
  { host, log, signal }: NixPlace,
  result: ProcessResult,
  said: number,
  step: 'evaluation' | 'build',
): BuildFailure {
  const bytes = host.files.readBytes(log) ?? new Uint8Array();
  const text = new TextDecoder().decode(bytes.subarray(said)).replaceAll(/\u001b\[[\d;]*m/g, '');
  const lines = text.split('\n').map((line) => line.trim());
  const last = lines.findLastIndex((line) => line.startsWith('error:'));
  const message = (last === -1 ? lines.filter(Boolean).slice(-2) : lines.slice(last, last + 4).filter(Boolean))
    .join(' ')
    .slice(0, 600);
  if (signal?.aborted) return { kind: 'interrupted', message: 'The build was interrupted.' };
  if (result.timedOut || result.exitCode === 101) return { kind: 'timeout', message: message || 'The build took too long.' };
  if (result.exitCode === null) return { kind: 'interrupted', message: `nix was ended by ${result.signal ?? 'a signal'}.` };
  if (result.exitCode === 102) return { kind: 'hash', message };
  return { kind: kindOfWords(text) ?? step, message: message || `nix ended with exit status ${result.exitCode}.` };
}

const words: readonly (readonly [RegExp, BuildFailureKind])[] = [
  [/No space left on device|Out of diskspace/, 'disk'],
  // Nix 2.8 says the first; later ones the second, 2.34 the third.
  [/with features \{.*\} is required to build|required system or feature not available|platform mismatch/i, 'no-builder'],
  [
    /unable to download|Could not resolve host|Couldn't (?:connect|resolve)|Connection refused|Could not read from remote|some substitutes .* failed/,
    'network',
  ],
  [/does not provide attribute|could not find a flake\.nix|requires lock file changes|is disabled; use/, 'configuration'],
  [/program 'git' failed|dubious ownership|is not owned by current user|[Nn]ot a git repository/, 'git'],
];

function kindOfWords(text: string): BuildFailureKind | undefined {
  return words.find(([pattern]) => pattern.test(text))?.[1];
}
