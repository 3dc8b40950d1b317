import { type BigIntStats, readlinkSync, statfsSync } from 'node:fs';
import type { Issue } from '../../errors/issue.ts';
import type { Host } from '../../host/host.ts';
import { nameOfBytes } from '../format/file-name.ts';
import { leavesRoot } from '../format/leaves-root.ts';
import type { BundleManifest } from '../format/manifest.ts';
import { mountPoints } from '../mount-points.ts';
import type { BundleSpec, IdentityRule } from '../spec/bundle-spec.ts';
import { identityPolicy } from '../spec/identity-policy.ts';
import { pathPattern } from '../spec/path-pattern.ts';
import { looksLikeCache, secretSign } from '../spec/secret-signs.ts';
import { breather } from './breath.ts';
import { ownFoldersIn } from './own-folders.ts';
import { walkTree } from './walk-tree.ts';

/** What a capture would read, found by looking at every file and reading none. */
export interface CapturePlan {
  readonly roots: BundleManifest['roots'];
  readonly entries: number;
  readonly bytes: number;
  readonly excluded: number;
  readonly identity: BundleManifest['identity'];
  /** Keys without a policy and the like: errors stop a capture before anything else is stopped. */
  readonly findings: readonly Issue[];
}

/** Which paths below a root stay out of the bundle. */
export function leftOut(
  spec: BundleSpec,
  root: BundleSpec['roots'][number],
  /** `keep`: nobody writes, and a database is read with the files beside it instead of as a copy. */
  { sideFiles = 'leave' }: { readonly sideFiles?: 'keep' | 'leave' } = {},
): (path: string) => IdentityRule | 'pattern' | undefined {
  const patterns = [...root.exclude, ...root.recomputable.map(({ path }) => path)].map(pathPattern);
  // The files beside a database belong to it: the copy that is captured holds what they hold (sqlite.org/tempfiles.html).
  const beside = new Set(
    spec.databases.flatMap((database) =>
      database.kind === 'sqlite' && database.root === root.name
        ? (sideFiles === 'keep' ? ['-shm'] : ['-wal', '-shm', '-journal']).map((suffix) => `${database.inRoot}${suffix}`)
        : [],
    ),
  );
  const policyOf = identityPolicy(spec);
  // Most roots leave nothing out, and are large.
  if (beside.size === 0 && patterns.length === 0 && spec.identity.length === 0) return () => undefined;
  return (path) => {
    if (beside.has(path) || patterns.some((matches) => matches(path))) return 'pattern';
    const rule = policyOf(`${root.path}/${path}`);
    return rule?.policy === 'exclude' || rule?.policy === 'reissue' ? rule : undefined;
  };
}

/** Looks at everything that a capture would read. */
export async function planCapture(
  spec: BundleSpec,
  signal?: AbortSignal,
  /** Told everything that would be read. */
  onItem?: (name: string, stats: BigIntStats) => void,
  /** Whose own state may be in the way. */
  host?: Pick<Host, 'stateDir'>,
): Promise<CapturePlan> {
  const roots: { name: string; path: string; kind: 'folder' | 'file' | 'missing' }[] = [];
  const identity: { name: string; policy: IdentityRule['policy'] }[] = [];
  const findings: Issue[] = [];
  const policyOf = identityPolicy(spec);
  let entries = 0;
  let bytes = 0;
  let excluded = 0;
  const error = (message: string, suggestion?: string): void =>
    void findings.push({
      code: 'ROTA_BUNDLE_DECLARATION',
      severity: 'error',
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  const breathe = breather(signal);
  for (const root of spec.roots) {
    const out = leftOut(spec, root);
    findings.push(...ownFoldersIn(spec, root, (path) => out(path) !== undefined, host));
    let kind: 'folder' | 'file' | 'missing' = 'missing';
    const walk = walkTree(root.path, {
      leaveOut: (path) => {
        const why = out(path);
        if (why === undefined) return false;
        if (why === 'pattern') excluded += 1;
        else identity.push({ name: `data/${root.name}/${path}`, policy: why.policy });
        return true;
      },
    });
    for (const { path, place, stats } of walk) {
      const pause = breathe();
      if (pause !== undefined) await pause;
      if (path === '') {
        if (!stats.isDirectory() && !stats.isFile()) {
          error(`The root ${root.name} (${root.path}) is neither a folder nor a file.`, 'Declare the path that it leads to.');
          break;
        }
        kind = stats.isDirectory() ? 'folder' : 'file';
      }
      entries += 1;
      onItem?.(path === '' ? `data/${root.name}` : `data/${root.name}/${path}`, stats);
      if (stats.isFile()) bytes += Number(stats.size);
      const name = path === '' ? `data/${root.name}` : `data/${root.name}/${path}`;
      if (stats.isSymbolicLink() && root.links === 'refuse') {
        const link = nameOfBytes(readlinkSync(place, { encoding: 'buffer' }));
        if (leavesRoot(name, link))
          error(
            `The link ${root.path}/${path} leads out of its root, to ${link}.`,
            `Declare \`links: keep\` for the root ${root.name}, or exclude it.`,
          );
      }
      if (stats.isDirectory() && path !== '' && looksLikeCache(path))
        findings.push({
          code: 'ROTA_BUNDLE_DECLARATION',
          severity: 'warning',
          message: `${root.path}/${path} looks like a cache.`,
          suggestion: `Leave it out: recomputable: [{path: /${path}, how: ...}]`,
        });
      if (!stats.isFile()) continue;
      const full = path === '' ? root.path : `${root.path}/${path}`;
      const rule = policyOf(full);
      const sign = secretSign(full);
      if (rule !== undefined) {
        identity.push({ name, policy: rule.policy });
        if (spec.recipients.length === 0 && !rule.plaintext)
          error(
            `${full} would be kept (${rule.policy}) in a bundle that is not encrypted.`,
            'Declare `encrypt: {recipients: [age1...]}`, or `plaintext: true` for the path.',
          );
      } else if (sign !== undefined)
        error(
          `${full} looks like ${sign}, and nothing says what becomes of it.`,
          `identity: [{path: ${full}, policy: preserve}], or reissue, exclude, prompt`,
        );
    }
    for (const mount of kind === 'missing' ? [] : mountPoints(root.path))
      findings.push({
        code: 'ROTA_BUNDLE_DECLARATION',
        severity: 'warning',
        message: `${mount} is the root of a file system: it is captured, and a restore in place of ${root.path} is refused while it is mounted.`,
        suggestion: 'Declare folders in it as roots of their own, or unmount it for a restore.',
      });
    if (kind === 'missing' && root.required)
      error(`The root ${root.name} (${root.path}) does not exist.`, 'Or declare `required: false`.');
    roots.push({ name: root.name, path: root.path, kind });
  }
  return { roots, entries, bytes, excluded, identity, findings };
}

/** Bytes that an unprivileged process may still write where the path is. */
export function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}
