import type { ForeignReading, Host } from '@rota/core';
import { readSpan } from './read-span.ts';
import type { UnitSettings } from './read-unit-file.ts';
import { readWords } from './read-words.ts';

export interface ReadService {
  /** Absent: its command cannot be carried over. */
  readonly program?: Omit<ForeignReading, 'trigger'>;
  readonly notes: readonly string[];
}

const sizes = /^(infinity|\d+%|\d+(\.\d+)?[KMGT]?)$/;
/** Settings that a job has natively or does not need. */
const silent = new Set([
  ...[
    'Unit.Description',
    'Unit.Documentation',
    'Service.Type',
    'Service.ExecStart',
    'Service.ExecStartPre',
    'Service.Environment',
  ],
  ...[
    'Service.WorkingDirectory',
    'Service.TimeoutStartSec',
    'Service.TimeoutSec',
    'Service.RuntimeMaxSec',
    'Service.SyslogIdentifier',
  ],
  ...[
    'Service.StandardOutput',
    'Service.StandardError',
    'Service.RemainAfterExit',
    'Service.User',
    'Service.Group',
    'Service.Nice',
  ],
  ...['Service.MemoryMax', 'Service.MemoryHigh', 'Service.CPUQuota', 'Service.CPUWeight', 'Service.IOWeight', 'Service.TasksMax'],
  ...[
    'Service.IOSchedulingClass',
    'Service.PrivateTmp',
    'Service.ProtectSystem',
    'Service.NoNewPrivileges',
    'Service.ReadWritePaths',
  ],
]);

/** What the service of a timer runs, as a job would. Everything that a job does not have is named in a note. */
export function readService(unit: UnitSettings, host: Host, path: string | undefined): ReadService {
  const notes = [...unit].flatMap(([section, settings]) =>
    section === 'Install' || section.startsWith('X-')
      ? []
      : [...settings].flatMap(([key, values]) =>
          values.length === 0 || silent.has(`${section}.${key}`)
            ? []
            : [`\`${key}=${values.join(' ')}\` of its service is not carried over.`],
        ),
  );
  const service = unit.get('Service') ?? new Map<string, readonly string[]>();
  const last = (key: string): string | undefined => service.get(key)?.at(-1);
  const commands = [...(service.get('ExecStartPre') ?? []), ...(service.get('ExecStart') ?? [])].map((text) =>
    readExec(text, host),
  );
  const refused = commands.find((command) => typeof command === 'string');
  if (typeof refused === 'string') return { notes: [refused, ...notes] };
  const argvs = commands.filter((command): command is readonly string[] => typeof command !== 'string');
  const command = argvs.at(-1);
  if (command === undefined || (service.get('ExecStart') ?? []).length === 0)
    return { notes: ['Its service starts no program.', ...notes] };
  const type = last('Type') ?? 'simple';
  if (!['oneshot', 'simple', 'exec'].includes(type))
    notes.push(`Its service has \`Type=${type}\`; a job ends when its process ends.`);
  const env = readEnvironment(service.get('Environment') ?? [], host);
  const folder = last('WorkingDirectory')?.replace(/^-/, '');
  const workingDir = folder === undefined || folder === '~' ? undefined : expand(folder, host);
  if (folder !== undefined && folder !== '~' && workingDir === undefined)
    notes.push(`\`WorkingDirectory=${folder}\` is not carried over.`);
  const timeoutMs = readSpan(type === 'oneshot' ? (last('TimeoutStartSec') ?? last('TimeoutSec')) : last('RuntimeMaxSec'));
  return {
    program: {
      command,
      shell: false,
      env: { ...(path === undefined ? {} : { PATH: path }), ...env.values },
      ...(workingDir === undefined ? {} : { workingDir }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      before: argvs.slice(0, -1),
      resources: readResources(last),
      sandbox: readSandbox(last, service.get('ReadWritePaths') ?? [], host),
    },
    notes: [...notes, ...env.notes],
  };
}

/** Program and arguments, or why they cannot be carried over. */
function readExec(text: string, host: Host): readonly string[] | string {
  const words = readWords(text);
  if (words === undefined || words[0] === undefined) return `\`ExecStart=${text}\` cannot be read.`;
  const [, marks = '', program = ''] = /^([-@:+!|]*)(.*)$/s.exec(words[0]) ?? [];
  if (/[@+!|]/.test(marks)) return `\`ExecStart=${text}\` begins with \`${marks}\`, which a job does not have.`;
  if (marks.includes('-')) return `\`ExecStart=${text}\` may fail without the service failing, which a job does not have.`;
  if (words.includes(';')) return `\`ExecStart=${text}\` is several commands in one line.`;
  const expanded = [program, ...words.slice(1)].map((word) => expand(word, host));
  if (expanded.includes(undefined)) return `\`ExecStart=${text}\` holds a specifier that a job does not have.`;
  const argv = expanded.flatMap((word) => (word === undefined ? [] : [word]));
  const literal = marks.includes(':') ? argv : argv.map((word) => word.replaceAll('$$', '\0'));
  if (!marks.includes(':') && literal.some((word) => word.includes('$')))
    return `\`ExecStart=${text}\` holds variables, which only systemd puts in.`;
  return literal.map((word) => word.replaceAll('\0', '$'));
}

/** Puts in the specifiers that mean the same for a job (systemd.unit(5)); `undefined` when there is another. */
function expand(text: string, { user, hostname }: Host): string | undefined {
  const values: Readonly<Record<string, string>> = { '%': '%', h: user.home, u: user.name, U: String(user.uid), H: hostname };
  let known = true;
  const expanded = text.replace(/%(.?)/gs, (_, letter: string) => {
    const value = values[letter];
    if (value === undefined) known = false;
    return value ?? '';
  });
  return known ? expanded : undefined;
}

function readEnvironment(lines: readonly string[], host: Host) {
  const values: Record<string, string> = {};
  const notes: string[] = [];
  for (const line of lines) {
    for (const word of readWords(line) ?? []) {
      const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(word) ?? [];
      const expanded = value === undefined ? undefined : expand(value, host);
      if (name === undefined || expanded === undefined) notes.push(`\`Environment=${word}\` is not carried over.`);
      else values[name] = expanded;
    }
  }
  return { values, notes };
}

function readResources(last: (key: string) => string | undefined): NonNullable<ForeignReading['resources']> {
  const size = (key: string) => (sizes.test(last(key) ?? '') && last(key) !== 'infinity' ? last(key) : undefined);
  const number = (key: string) => (/^-?\d+$/.test(last(key) ?? '') ? Number(last(key)) : undefined);
  const ioClass = (['realtime', 'best-effort', 'idle'] as const).find((name) => name === last('IOSchedulingClass'));
  return defined({
    memoryMax: size('MemoryMax'),
    memoryHigh: size('MemoryHigh'),
    cpuQuota: /^\d+(\.\d+)?%$/.test(last('CPUQuota') ?? '') ? last('CPUQuota') : undefined,
    cpuWeight: number('CPUWeight'),
    ioWeight: number('IOWeight'),
    tasksMax: number('TasksMax'),
    nice: number('Nice'),
    ioClass,
  });
}

function readSandbox(
  last: (key: string) => string | undefined,
  paths: readonly string[],
  host: Host,
): NonNullable<ForeignReading['sandbox']> {
  const protect = last('ProtectSystem');
  const writable = paths.flatMap((line) => readWords(line) ?? []).flatMap((word) => expand(word, host) ?? []);
  return defined({
    privateTmp: flag(last('PrivateTmp')),
    protectSystem: (['full', 'strict'] as const).find((name) => name === protect) ?? flag(protect),
    noNewPrivileges: flag(last('NoNewPrivileges')),
    readWritePaths: writable.length === 0 ? undefined : writable,
  });
}

function flag(text: string | undefined): true | undefined {
  return /^(yes|true|on|1)$/i.test(text ?? '') ? true : undefined;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends Readonly<Record<string, unknown>>>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
