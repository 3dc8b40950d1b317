import { isAbsolute, join, normalize, relative, sep } from 'node:path';
import { safeParse } from 'valibot';
import { RotaError } from '../../errors/rota-error.ts';
import type { Command, Job } from '../../job/job.ts';
import { Notes } from '../../job/normalise/notes.ts';
import { printPath } from '../../job/problem.ts';
import { schemaProblems } from '../../job/read/schema-problems.ts';
import { stateSchema } from '../../job/schema/state-schema.ts';
import type { StateInput } from '../../job/state-input.ts';
import type { JobKey } from '../../state/job-key.ts';
import { isSshHost } from '../ssh-command.ts';
import type { BundleDatabase, BundleRoot, BundleService, BundleSpec, HookName, StoreDeclaration } from './bundle-spec.ts';

/** What `defineBundle` takes: whose state it is, and the fields of `spec.state`. */
export type BundleInput = JobKey & StateInput;

/** Where secrets of a running system are mounted: they belong to who mounts them, never into a bundle. */
const runtimeSecrets = ['/run/agenix', '/run/secrets', '/run/secrets.d', '/run/credentials'];

/**
 * The state of a job or service, ready to be captured. Every problem is reported at once.
 *
 * @throws ROTA_BUNDLE_DECLARATION
 */
export function defineBundle({ tenant, name, ...state }: BundleInput): BundleSpec {
  const parsed = safeParse(stateSchema, state);
  if (!parsed.success) throw refused({ tenant, name }, schemaProblems(stateSchema, parsed.issues, ['state']));
  const notes = new Notes();
  const input = parsed.output;
  const roots = input.roots.map((root, index): BundleRoot => {
    const path = absolutePath(notes, ['state', 'roots', index, 'path'], root.path);
    return {
      name: root.name,
      path,
      exclude: root.exclude ?? [],
      recomputable: root.recomputable ?? [],
      required: root.required ?? true,
      links: root.links ?? 'refuse',
    };
  });
  checkRoots(notes, roots);
  const command = (path: readonly (string | number)[], value: string | readonly string[]) => notes.command(path, value);
  const databases = (input.databases ?? []).map((database, index): BundleDatabase => {
    const path = ['state', 'databases', index];
    if (database.kind === 'sqlite') {
      const file = absolutePath(notes, [...path, 'path'], database.path);
      const root = roots.find((one) => isBelow(file, one.path));
      if (root === undefined)
        notes.error(
          'ROTA_FIELD_VALUE',
          [...path, 'path'],
          `The database ${file} is in none of the roots. Add a root that holds it.`,
        );
      if (root?.path === file)
        notes.error(
          'ROTA_FIELD_VALUE',
          [...path, 'path'],
          `The root ${root.name} is the database ${file} itself, without the files beside it. Declare the folder that holds them.`,
        );
      const inRoot = root === undefined ? '' : relative(root.path, file).split(sep).join('/');
      return { kind: 'sqlite', name: database.name, path: file, root: root?.name ?? '', inRoot };
    }
    return {
      kind: 'command',
      name: database.name,
      dump: command([...path, 'dump'], database.dump),
      ...(database.restore === undefined ? {} : { restore: command([...path, 'restore'], database.restore) }),
      ...(database.verify === undefined ? {} : { verify: command([...path, 'verify'], database.verify) }),
    };
  });
  const services = (input.stop ?? []).map((service, index): BundleService => {
    if ('unit' in service) return unitService(service.unit, service.scope ?? 'user');
    const path = ['state', 'stop', index];
    return {
      name: service.name,
      running: command([...path, 'running'], service.running),
      stop: command([...path, 'stop'], service.stop),
      start: command([...path, 'start'], service.start),
    };
  });
  for (const [kind, names] of [
    ['roots', roots.map((one) => one.name)],
    ['databases', databases.map((one) => one.name)],
    ['stop', services.map((one) => one.name)],
  ] as const) {
    const twice = names.find((one, index) => names.indexOf(one) !== index);
    if (twice !== undefined) notes.error('ROTA_FIELD_VALUE', ['state', kind], `Two of \`state.${kind}\` are named "${twice}".`);
  }
  const readHooks = (hook: HookName): readonly Command[] =>
    (input.hooks?.[hook] ?? []).map((value, index) => command(['state', 'hooks', hook, index], value));
  const hooks = {
    beforeCapture: readHooks('beforeCapture'),
    afterCapture: readHooks('afterCapture'),
    beforeRestore: readHooks('beforeRestore'),
    afterRestore: readHooks('afterRestore'),
    reissue: readHooks('reissue'),
    verify: readHooks('verify'),
    health: readHooks('health'),
    drill: readHooks('drill'),
  };
  const identity = (input.identity ?? []).map((rule, index) => ({
    path: absolutePath(notes, ['state', 'identity', index, 'path'], rule.path),
    policy: rule.policy,
    plaintext: rule.plaintext ?? false,
  }));
  if (identity.some(({ policy }) => policy === 'reissue') && hooks.reissue.length === 0)
    notes.error(
      'ROTA_FIELD_MISSING',
      ['state', 'hooks', 'reissue'],
      'An identity is to be made again (`reissue`), but `state.hooks.reissue` has no command that makes it.',
    );
  const retention = input.retention ?? {};
  const spec: BundleSpec = {
    tenant,
    name,
    roots,
    databases,
    services,
    quiesce: (input.quiesce ?? []).map((one, index) => ({
      name: one.name,
      freeze: command(['state', 'quiesce', index, 'freeze'], one.freeze),
      thaw: command(['state', 'quiesce', index, 'thaw'], one.thaw),
    })),
    identity,
    hooks,
    hookTimeoutMs: notes.duration(['state', 'hookTimeout'], input.hookTimeout, 1) ?? 60_000,
    healthTimeoutMs: notes.duration(['state', 'healthTimeout'], input.healthTimeout, 1) ?? 60_000,
    retention: {
      last: retention.last ?? 3,
      daily: retention.daily ?? 0,
      weekly: retention.weekly ?? 0,
      monthly: retention.monthly ?? 0,
      yearly: retention.yearly ?? 0,
      withinMs: notes.duration(['state', 'retention', 'within'], retention.within) ?? 0,
    },
    recipients: input.encrypt?.recipients ?? [],
    stores: (input.stores ?? []).map((store, index) => storeOf(notes, ['state', 'stores', index], store)),
    ...(input.compression === undefined ? {} : { compression: input.compression }),
    downtimeBudgetMs: notes.duration(['state', 'downtimeBudget'], input.downtimeBudget, 1) ?? 60_000,
    guidance: Object.fromEntries(
      Object.entries(input.guidance ?? {}).flatMap(([kind, text]) => (text === undefined ? [] : [[kind, text]])),
    ),
  };
  if (notes.problems.some(({ severity }) => severity === 'error')) throw refused(spec, notes.problems);
  return spec;
}

/** The bundle of a declared job. @throws ROTA_BUNDLE_UNDECLARED, ROTA_BUNDLE_DECLARATION */
export function bundleOfJob(job: Pick<Job, 'tenant' | 'name' | 'state'>): BundleSpec {
  if (job.state === undefined)
    throw new RotaError('ROTA_BUNDLE_UNDECLARED', `The job ${job.tenant}/${job.name} declares no state.`, {
      suggestions: ['Add `state: {roots: [{name: data, path: /var/lib/...}]}` to its spec.'],
    });
  return defineBundle({ ...job.state, tenant: job.tenant, name: job.name });
}

/** True for the path itself and for what is below it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function unitService(unit: string, scope: 'user' | 'system'): BundleService {
  const systemctl = scope === 'user' ? ['systemctl', '--user'] : ['systemctl'];
  return {
    name: unit,
    scope,
    running: [...systemctl, 'is-active', '--quiet', unit],
    stop: [...systemctl, 'stop', unit],
    // Who stops and starts a unit often is refused at last (systemd.unit(5), StartLimitBurst); a service left stopped is worse than one start more.
    start: [
      '/bin/sh',
      '-c',
      `${systemctl.join(' ')} reset-failed "$1" 2>/dev/null; exec ${systemctl.join(' ')} start "$1"`,
      'start',
      unit,
    ],
  };
}

function storeOf(
  notes: Notes,
  path: readonly (string | number)[],
  store: NonNullable<StateInput['stores']>[number],
): StoreDeclaration {
  if (store.kind === 'restic') {
    notes.plainText([...path, 'repository'], store.repository);
    return store;
  }
  if (store.kind === 'plugin') return { kind: 'plugin', plugin: store.plugin, options: store.options ?? {} };
  const place = absolutePath(notes, [...path, 'path'], store.path);
  if (store.kind === 'folder') return { kind: 'folder', path: place };
  if (!isSshHost(store.host))
    notes.error('ROTA_FIELD_VALUE', [...path, 'host'], `"${store.host}" is not a host: expected HOST or USER@HOST.`);
  return { kind: 'ssh', host: store.host, path: place, options: store.options ?? [] };
}

function checkRoots(notes: Notes, roots: readonly BundleRoot[]): void {
  for (const [index, root] of roots.entries()) {
    const path = ['state', 'roots', index, 'path'];
    const secrets = runtimeSecrets.find((folder) => isBelow(root.path, folder) || isBelow(folder, root.path));
    if (secrets !== undefined)
      notes.error(
        'ROTA_FIELD_VALUE',
        path,
        `The root ${root.path} would capture ${secrets}, where the secrets of the running system are mounted; they come from their own source.`,
      );
    const other = roots.find((one, at) => at < index && (isBelow(root.path, one.path) || isBelow(one.path, root.path)));
    if (other !== undefined)
      notes.error(
        'ROTA_FIELD_VALUE',
        path,
        `The roots ${other.name} and ${root.name} overlap: ${other.path} and ${root.path}. Declare the outer one.`,
      );
  }
}

function absolutePath(notes: Notes, path: readonly (string | number)[], value: string): string {
  notes.plainText(path, value);
  if (!isAbsolute(value)) {
    const hint = value.startsWith('~')
      ? ' Write the home folder out: the place is the same for whoever captures and restores.'
      : '';
    notes.error('ROTA_FIELD_VALUE', path, `\`${printPath(path)}\`: "${value}" is not an absolute path.${hint}`);
    return join(sep, value);
  }
  const clean = normalize(value);
  return clean.length > 1 && clean.endsWith(sep) ? clean.slice(0, -1) : clean;
}

function refused(key: JobKey, problems: readonly { readonly message: string; readonly severity: string }[]): RotaError {
  const errors = problems.filter(({ severity }) => severity === 'error');
  return new RotaError(
    'ROTA_BUNDLE_DECLARATION',
    `The state of ${key.tenant}/${key.name} has ${errors.length === 1 ? 'a problem' : `${errors.length} problems`}: ${errors.map(({ message }) => message).join(' ')}`,
    { issues: errors.map(({ message }) => ({ code: 'ROTA_BUNDLE_DECLARATION', severity: 'error', message })) },
  );
}
