import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { instantText } from '../../run/record/instant-text.ts';
import type { RotaEvents } from '../../state/events.ts';
import type { FoundBundle } from '../find-bundle.ts';
import type { BundleHead } from '../format/manifest.ts';
import { readBundle, readHead } from '../format/read-bundle.ts';
import { interruptible, untilAborted } from '../interruption.ts';
import { makeScratch } from '../scratch-folder.ts';
import { checkSqlite, runWithFile } from '../service/dump-database.ts';
import { hookEnvironment, runHooks } from '../service/run-hook.ts';
import type { BundleSpec } from '../spec/bundle-spec.ts';
import type { BundleStore } from '../store/bundle-store.ts';
import { extractBundle } from './extract-bundle.ts';

/** How much is proved, from the checksum of the file to a drill of the service; each level holds all below it. */
export type VerifyLevel = 0 | 1 | 2 | 3 | 4;

/** Which bundle to prove, and how far. */
export interface VerifyInput {
  readonly host: Host;
  readonly namespace: string;
  readonly bundle: FoundBundle;
  /** 0: checksum of the file; 1: every member; 2: unpacked and compared; 3: databases and the hook verify; 4: the hook drill. */
  readonly level: VerifyLevel;
  /** Needed from level 3 on. */
  readonly spec?: BundleSpec | undefined;
  /** Where the proof is recorded; without it nothing is. */
  readonly store?: BundleStore | undefined;
  readonly ageIdentity?: string | undefined;
  /** Called as bytes are read, with those that are done and all of them; all is 0 where no sidecar says it. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Gets `bundle:progress`. */
  readonly events?: RotaEvents | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One thing that was found in order. */
export interface VerifyCheck {
  readonly level: VerifyLevel;
  readonly check: string;
}

/** What was proved. What is wrong is thrown instead. */
export interface VerifyResult {
  readonly level: VerifyLevel;
  readonly checks: readonly VerifyCheck[];
  readonly manifest: BundleHead | null;
  readonly notes: readonly string[];
}

/**
 * Proves a bundle up to a level; each holds all below it. What is wrong is thrown.
 *
 * @throws ROTA_BUNDLE_MISMATCH, ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_HOSTILE, ROTA_BUNDLE_HOOK, ROTA_BUNDLE_NOT_DRILLED, ROTA_INTERRUPTED
 */
export async function verifyBundle(input: VerifyInput): Promise<VerifyResult> {
  return await interruptible('The proof', input.signal, 'it is not recorded', () => prove(input));
}

async function prove(input: VerifyInput): Promise<VerifyResult> {
  const { bundle, level, spec, store, signal } = input;
  const host = untilAborted(input.host, signal);
  const checks: VerifyCheck[] = [];
  const notes: string[] = [];
  let manifest: BundleHead | null = null;
  if (level === 4 && (spec?.hooks.drill.length ?? 0) === 0)
    throw new RotaError(
      'ROTA_BUNDLE_NOT_DRILLED',
      'The state declares no drill, so the service cannot be started against a copy.',
      {
        suggestions: ['Declare `hooks: {drill: [COMMAND]}`; it finds each root in ROTA_ROOT_NAME.'],
      },
    );
  if (level >= 3 && spec === undefined)
    throw new RotaError(
      'ROTA_BUNDLE_NOT_DRILLED',
      `Level ${level} needs the declaration of the job, for its databases and hooks.`,
    );
  await checkFile(bundle, checks, notes, signal);
  if (level === 1) {
    manifest = await readBundle(bundle.path, {
      ageIdentity: input.ageIdentity,
      signal: input.signal,
      onMember: progressOf(input.onProgress, bundle.sidecar?.bytes ?? 0),
    });
    checks.push({ level: 1, check: `every one of ${manifest.totals.entries} members is what was captured` });
  }
  if (level >= 2) {
    const scratch = makeScratch(host, input.namespace);
    try {
      manifest = await checkUnpacked({ ...input, host }, scratch, checks, notes);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
  const { sidecar } = bundle;
  if (store !== undefined && sidecar !== undefined && level >= (sidecar.verified?.level ?? 0))
    await store.update({ ...sidecar, verified: { level, at: instantText(Math.floor(host.now() / 1000)) } });
  return { level, checks, manifest, notes };
}

async function checkFile(
  { path, sidecar }: FoundBundle,
  checks: VerifyCheck[],
  notes: string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  if (sidecar === undefined) {
    notes.push('The bundle has no sidecar, so the checksum of the file itself is not known.');
    return;
  }
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 512 * 1024 })) {
    signal?.throwIfAborted();
    hash.update(chunk);
    size += chunk.length;
  }
  if (size !== sidecar.size || hash.digest('hex') !== sidecar.sha256)
    throw new RotaError(
      'ROTA_BUNDLE_MISMATCH',
      `The file of bundle ${sidecar.id} is not the one that was written (${size} of ${sidecar.size} bytes).`,
      {
        suggestions: ['Use another bundle; `rota bundle list` shows them.'],
      },
    );
  checks.push({ level: 0, check: 'the checksum of the file' });
}

async function checkUnpacked(
  { host, bundle, level, spec, ageIdentity, onProgress, signal }: VerifyInput,
  scratch: string,
  checks: VerifyCheck[],
  notes: string[],
): Promise<BundleHead> {
  const places = new Map<string, string>();
  const all: Map<string, string> = new Map();
  const { roots: declared } = await readHead(bundle.path, ageIdentity);
  for (const { name, kind } of declared) {
    if (kind === 'missing') continue;
    places.set(name, join(scratch, name));
    all.set(name, join(scratch, name));
  }
  const dumps = join(scratch, '.dumps');
  host.files.makeFolder(dumps, 0o700);
  const { manifest, notes: found } = await extractBundle({
    host,
    path: bundle.path,
    places,
    dumps,
    workFolder: scratch,
    // Nothing is read through the links of a scratch folder.
    keepLinks: new Set(declared.map(({ name }) => name)),
    ageIdentity,
    signal,
    ...(onProgress === undefined ? {} : { onBytes: onProgress }),
  });
  notes.push(...found);
  checks.push({ level: 1, check: `every one of ${manifest.totals.entries} members is what was captured` });
  checks.push({ level: 2, check: `unpacked, the tree is what was captured (${manifest.treeDigest.slice(0, 16)})` });
  if (level < 3 || spec === undefined) return manifest;
  const env = { ...hookEnvironment(spec, all), ROTA_SCRATCH: scratch };
  await checkDatabases(host, manifest, spec, { places: all, dumps, env, signal }, checks);
  if (spec.hooks.verify.length > 0) {
    await runHooks(host, spec, 'verify', env);
    checks.push({ level: 3, check: 'the hook verify' });
  }
  if (level === 4) {
    if (!(await runHooks(host, spec, 'drill', env)))
      throw new RotaError('ROTA_BUNDLE_HOOK', 'The hook drill asked to be skipped (75), so nothing is proven.');
    checks.push({ level: 4, check: 'the hook drill' });
  }
  return manifest;
}

/** Asks SQLite about each database, and the declared command about each dump. @throws ROTA_BUNDLE_MISMATCH, ROTA_BUNDLE_HOOK */
export async function checkDatabases(
  host: Host,
  manifest: BundleHead,
  spec: BundleSpec,
  at: {
    readonly places: ReadonlyMap<string, string>;
    readonly dumps: string;
    readonly env: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal | undefined;
  },
  checks: VerifyCheck[],
): Promise<void> {
  for (const database of manifest.databases) {
    const [area, root = '', ...rest] = database.member.split('/');
    if (area === 'data') {
      const place = at.places.get(root);
      if (place === undefined) continue;
      const said = await checkSqlite(host, join(place, ...rest), spec.hookTimeoutMs);
      if (said !== 'ok')
        throw new RotaError('ROTA_BUNDLE_MISMATCH', `The database ${database.name} is not sound: ${said.slice(0, 300)}`);
      checks.push({ level: 3, check: `PRAGMA integrity_check of ${database.name}` });
      continue;
    }
    const declared = spec.databases.find(({ name, kind }) => kind === 'command' && name === database.name);
    if (declared?.kind !== 'command' || declared.verify === undefined) continue;
    const input = join(at.dumps, root);
    await runWithFile(
      `The check of the dump ${database.name}`,
      declared.verify,
      { input },
      at.env,
      spec.hookTimeoutMs,
      at.signal,
    );
    checks.push({ level: 3, check: `the dump of ${database.name}` });
  }
}

function progressOf(onProgress: VerifyInput['onProgress'], total: number) {
  let done = 0;
  return (entry: { readonly size: number }): undefined => {
    done += entry.size;
    onProgress?.(done, total);
    return undefined;
  };
}
