import { resolve } from 'node:path';
import type { LaunchFile } from '../../backend/launch-file.ts';
import type { Files } from '../../host/files.ts';
import { parseReferences, type ReferencePart } from '../../job/normalise/references.ts';
import { parseSecrets } from './secrets-file.ts';

/** Starts a program and answers its output, or why there is none. Never shows the output in the reason. */
export type Capture = (
  argv: readonly string[],
  cwd: string,
) => { readonly ok: true; readonly output: string } | { readonly ok: false; readonly reason: string };

export interface ResolverInput {
  readonly launch: Pick<LaunchFile, 'env' | 'secretsFile' | 'workingDir'>;
  readonly files: Pick<Files, 'readText' | 'facts'>;
  /** The runner's own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly capture: Capture;
}

export interface Resolver {
  /** The text with its references replaced. `where` names the place in messages: `env.TOKEN`. */
  resolve(text: string, where: string): string;
  /** What could not be resolved so far, in words that name it and hold no value. */
  readonly problems: readonly string[];
  /** Every value that came from outside the declaration: to be masked. */
  readonly secrets: ReadonlySet<string>;
}

/** Resolves `${VAR}`, `${file:PATH}` and `${command:...}` when the job runs. Each file and command is read once. */
export function createResolver({ launch, files, env, capture }: ResolverInput): Resolver {
  const problems: string[] = [];
  const secrets = new Set<string>();
  const commands = new Map<string, string | undefined>();
  let fromFile: ReadonlyMap<string, string> | undefined;

  const secretsFile = (): ReadonlyMap<string, string> => {
    if (fromFile !== undefined) return fromFile;
    fromFile = new Map();
    try {
      const text = files.readText(launch.secretsFile);
      const mode = files.facts(launch.secretsFile)?.mode ?? 0;
      if (text !== undefined && process.platform !== 'win32' && (mode & 0o077) !== 0)
        problems.push(`The secrets file ${launch.secretsFile} can be read by others: chmod 600 ${launch.secretsFile}`);
      else fromFile = parseSecrets(text ?? '');
    } catch (error) {
      problems.push(`The secrets file ${launch.secretsFile} cannot be read: ${error instanceof Error ? error.message : error}`);
    }
    return fromFile;
  };

  /** A value from outside. It is told by name only: what Node says of such a value shows it, and not as it would be masked. */
  const taken = (value: string, what: string, where: string): string | undefined => {
    secrets.add(value);
    if (!value.includes('\0')) return value;
    problems.push(
      `${what} holds a NUL character, which no variable and no header can (${where}): write text as UTF-8 and encode bytes, such as with base64.`,
    );
    return undefined;
  };

  const variable = (name: string, where: string): string | undefined => {
    const own = literal(launch.env[name]);
    if (own !== undefined) return own;
    const value = secretsFile().get(name) ?? env[name];
    if (value !== undefined) return taken(value, name, where);
    problems.push(`${name} is not set (${where}): set it in ${launch.secretsFile} or in the environment of the scheduler.`);
    return undefined;
  };

  const file = (path: string, where: string): string | undefined => {
    const full = path.startsWith('~/')
      ? resolve(env.HOME ?? env.USERPROFILE ?? launch.workingDir, path.slice(2))
      : resolve(launch.workingDir, path);
    try {
      const value = files.readText(full)?.replace(/\r?\n$/, '');
      if (value !== undefined) return taken(value, `The file ${full}`, where);
      problems.push(`The file ${full} does not exist (${where}).`);
      return undefined;
    } catch (error) {
      problems.push(`The file ${full} cannot be read (${where}): ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  };

  const command = (argv: readonly string[], where: string): string | undefined => {
    const key = JSON.stringify(argv);
    if (commands.has(key)) return commands.get(key);
    const result = capture(argv, launch.workingDir);
    if (!result.ok) problems.push(`The command ${argv[0] ?? ''} gave no value (${where}): ${result.reason}`);
    const value = result.ok ? taken(result.output.replace(/\r?\n$/, ''), `The output of ${argv[0] ?? ''}`, where) : undefined;
    commands.set(key, value);
    return value;
  };

  const part = (item: ReferencePart, where: string): string => {
    if (item.kind === 'text') return item.text;
    if (item.kind === 'variable') return variable(item.name, where) ?? '';
    if (item.kind === 'file') return file(item.path, where) ?? '';
    return command(item.argv, where) ?? '';
  };

  return {
    problems,
    secrets,
    resolve(text, where) {
      const parsed = parseReferences(text);
      if (parsed.ok) return parsed.parts.map((item) => part(item, where)).join('');
      problems.push(`${where}: ${parsed.message}`);
      return '';
    },
  };
}

/** The value of a variable of the job's own that refers to nothing. */
function literal(text: string | undefined): string | undefined {
  if (text === undefined || !text.includes('${')) return text;
  const parsed = parseReferences(text);
  return parsed.ok && parsed.parts.every((item) => item.kind === 'text')
    ? parsed.parts.map((item) => (item.kind === 'text' ? item.text : '')).join('')
    : undefined;
}
