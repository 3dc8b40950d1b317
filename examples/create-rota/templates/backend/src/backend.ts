import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  type Artifact,
  type Backend,
  type CompileInput,
  defineBackend,
  firesBetween,
  type Host,
  type Installed,
  type JobKey,
} from '@rota/core';

const dialect = { name: '__name__' };

/** Jobs of Rota on __name__. */
export function __function__(): Backend {
  return defineBackend({
    name: '__name__',
    apiVersion: 1,
    dialects: [dialect],
    capabilities: () => ({
      native: ['schedule', 'timezone', 'paused'],
      refused: {
        boot: '__name__ does not know when the machine starts; give the job a schedule.',
        login: '__name__ does not know when somebody logs in; give the job a schedule.',
      },
      // Every entry starts the runner, which does all that this scheduler does not.
      alwaysRunner: true,
    }),
    detect: async () => ({ usable: true, dialect, findings: [] }),
    compile(input) {
      const { schedule } = input;
      const when = schedule === undefined ? '' : `${schedule.declared.expression} ${schedule.declared.zone.name}`;
      return {
        artifact: artifactOf(input, when),
        // Replace this by an evaluation of your native text, by your scheduler's rules: the plan compares both.
        ...(schedule === undefined
          ? {}
          : { native: { entries: [when], firesBetween: (from, to) => firesBetween(schedule.declared, from, to) } }),
        warnings: [],
      };
    },
    async list(host, { namespace, expected }) {
      return host.files.list(folderOf(host, namespace)).map((file): Installed => {
        const content = host.files.readText(join(folderOf(host, namespace), file)) ?? '{}';
        const { tenant, name, digest, active }: Omit<Installed, 'drift'> = JSON.parse(content);
        const wanted = expected.get(`${tenant}/${name}`)?.files[0]?.content;
        const edited = wanted !== undefined && wanted !== content;
        return { tenant, name, digest, active, drift: edited ? [{ kind: 'edited', detail: `${file} was edited` }] : [] };
      });
    },
    async apply(host, { namespace, changes, onProgress }) {
      for (const [index, change] of changes.entries()) {
        const path = join(folderOf(host, namespace), fileOf(change));
        const content = change.after?.files[0]?.content;
        if (content === undefined) host.files.remove(path);
        else host.files.write(path, content);
        onProgress?.(index + 1, changes.length);
      }
    },
  });
}

function artifactOf({ job, launcher, launchFile }: CompileInput, when: string): Artifact {
  const entry = {
    tenant: job.tenant,
    name: job.name,
    when,
    program: [launcher, ...(launchFile === undefined ? [] : [launchFile])],
    active: !job.paused,
  };
  const digest = createHash('sha256').update(JSON.stringify(entry)).digest('hex');
  const content = JSON.stringify({ ...entry, digest });
  return { files: [{ name: fileOf(job), content }], digest, active: entry.active };
}

function fileOf({ tenant, name }: JobKey): string {
  return `${tenant}.${name}.json`;
}

function folderOf({ stateDir }: Host, namespace: string): string {
  return join(stateDir, '__name__', namespace);
}
