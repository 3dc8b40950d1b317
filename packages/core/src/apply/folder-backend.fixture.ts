import { join } from 'node:path';
import type { Artifact, Backend, Installed } from '../backend/backend.ts';
import type { ForeignEntry } from '../backend/foreign-entry.ts';
import { RotaError } from '../errors/rota-error.ts';
import { firesBetween as fires } from '../schedule/fires-between.ts';
import { canonicalJson, digestOf } from '../state/digest.ts';

/**
 * A scheduler that is nothing but a folder: an entry is a file, foreign files stand beside it. Everything that it does goes through the host's
 * files, so that a test can make each single effect fail. A file `NAME.foreign` is an entry of somebody else that runs, `NAME.foreign.off` one that
 * was switched off.
 */
export function folderBackend(name: string, folder: string): Backend {
  const fileOf = (namespace: string, tenant: string, job: string): string => join(folder, `${namespace}.${tenant}.${job}.entry`);
  return {
    name,
    apiVersion: 1,
    dialects: [{ name }],
    capabilities: () => ({
      native: ['schedule', 'timezone', 'boot', 'timeout', 'env', 'history', 'output', 'concurrency.forbid', 'paused'],
      refused: { login: 'a folder knows no sessions' },
      alwaysRunner: false,
    }),
    detect: async () => ({ usable: true, dialect: { name }, findings: [] }),
    compile({ job, namespace, schedule, launchFile }) {
      const { source: _, ...declared } = job;
      const content = canonicalJson({ namespace, declared, launchFile, horizon: schedule?.horizon });
      const artifact: Artifact = { files: [{ name: 'entry', content }], digest: digestOf(content), active: !job.paused };
      const declaredSchedule = schedule?.declared;
      if (declaredSchedule === undefined) return { artifact, warnings: [] };
      return {
        artifact,
        native: { entries: [declaredSchedule.expression], firesBetween: (from, to) => fires(declaredSchedule, from, to) },
        warnings: [],
      };
    },
    async list(host, { namespace }) {
      const found: Installed[] = [];
      for (const file of host.files.list(folder)) {
        const [owner, tenant, job, end] = file.split('.');
        if (owner !== namespace || tenant === undefined || job === undefined || end !== 'entry') continue;
        const content = host.files.readText(join(folder, file));
        if (content === undefined) continue; // gone since the folder was read
        const { digest, artifact }: { digest: string; artifact: Artifact } = JSON.parse(content);
        const edited = digestOf(artifact.files[0]?.content ?? '') !== digest;
        found.push({
          tenant,
          name: job,
          digest,
          active: artifact.active,
          drift: edited ? [{ kind: 'edited', detail: 'by hand' }] : [],
        });
      }
      return found;
    },
    async apply(host, { namespace, changes, onProgress }) {
      for (const [index, { tenant, name: job, after }] of changes.entries()) {
        const file = fileOf(namespace, tenant, job);
        if (after === null) host.files.remove(file);
        else host.files.write(file, JSON.stringify({ digest: after.digest, artifact: after }));
        onProgress?.(index + 1, changes.length);
      }
    },
    async inventory(host) {
      const names = host.files.list(folder).filter((file) => file.endsWith('.foreign'));
      return names.map((file): ForeignEntry => {
        const text = host.files.readText(join(folder, file)) ?? '';
        return { backend: name, id: file, owner: 'me', text, identity: { key: file, digest: digestOf(text) } };
      });
    },
    async switchForeign(host, { switches }) {
      for (const { original, mustExist } of switches) {
        const text = host.files.readText(join(folder, original.key)) ?? host.files.readText(join(folder, `${original.key}.off`));
        if (mustExist && (text === undefined || digestOf(text) !== original.digest))
          throw new RotaError('ROTA_ADOPT_CHANGED', `${original.key} is not what was imported.`);
      }
      for (const { original, to } of switches) {
        const [on, off] = [join(folder, original.key), join(folder, `${original.key}.off`)];
        const [from, target] = to === 'off' ? [on, off] : [off, on];
        if (host.files.facts(from) !== undefined) host.files.rename(from, target);
      }
    },
  };
}
