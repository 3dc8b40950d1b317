import {
  type Artifact,
  type BackendChange,
  type Feature,
  type Host,
  type Installed,
  type Job,
  type RunRecord,
  recorderScript,
} from '@rota/core';
import { systemd } from '../systemd.ts';
import { sealFiles } from '../unit/mark.ts';
import { compileJob } from './compile-job.ts';

const backend = systemd();
const tenant = 'acme';

/** A namespace of a real user manager, as `apply` of core would drive it: it knows what it installed last. */
export interface TestNamespace {
  readonly host: Host;
  readonly unitFolder: string;
  /** Installs these jobs (`null` removes one) in one batch; `edit` changes the text of the timers. */
  apply(
    jobs: Readonly<Record<string, Partial<Job> | null>>,
    options?: { readonly handledUntil?: number; readonly edit?: (timer: string) => string },
  ): Promise<void>;
  artifact(name: string): Artifact;
  list(): Promise<readonly Installed[]>;
  /** Kinds of drift by job name. */
  drift(): Promise<Readonly<Record<string, readonly string[]>>>;
  systemctl(...args: readonly string[]): Promise<string>;
  records(): readonly RunRecord[];
  /** Leaves word that the next start is by hand, as core does. */
  ask(name: string): void;
  removeAll(): Promise<void>;
}

/** `native`: features beyond the usual that the jobs use. */
export async function testNamespace(host: Host, namespace: string, native: readonly Feature[] = []): Promise<TestNamespace> {
  const installed = new Map<string, Artifact>();
  const availability = await backend.detect(host);
  const { dialect } = availability;
  const stateDir = `${host.user.home}/.local/state/rota-${namespace}`;
  const unitFolder = `${host.user.home}/.config/systemd/user`;
  host.files.write(`${stateDir}/bin/record`, recorderScript(stateDir));
  const compiled = (name: string, job: Partial<Job>, edit: (timer: string) => string): Artifact => {
    const { artifact } = compileJob({ ...job, name, tenant }, { namespace, home: host.user.home, stateDir, dialect, native });
    const files = artifact.files.map((file) => (file.name.endsWith('.timer') ? { ...file, content: edit(file.content) } : file));
    return { ...artifact, ...sealFiles(files) };
  };
  const test: TestNamespace = {
    host,
    unitFolder,
    apply: async (jobs, { handledUntil = Math.floor(Date.now() / 1000), edit = (timer: string) => timer } = {}) => {
      const changes = Object.entries(jobs).map(([name, job]): BackendChange => {
        const before = installed.get(name) ?? null;
        const after = job === null ? null : compiled(name, job, edit);
        if (after === null) installed.delete(name);
        else installed.set(name, after);
        return { tenant, name, before, after, handledUntil };
      });
      await backend.apply(host, { namespace, changes, dialect });
    },
    ask: (name) => host.files.write(`${stateDir}/namespaces/${namespace}/asked/${tenant}.${name}`, ''),
    artifact: (name) => installed.get(name) ?? { files: [], digest: '', active: false },
    list: async () => await backend.list(host, { namespace, expected: installed }),
    drift: async () => Object.fromEntries((await test.list()).map((job) => [job.name, job.drift.map(({ kind }) => kind)])),
    systemctl: async (...args) => {
      const result = await host.run({ file: 'systemctl', args: ['--user', ...args] });
      if (result.exitCode !== 0) throw new Error(`systemctl ${args.join(' ')}: ${result.stderr}`);
      return result.stdout;
    },
    records: () => {
      const folder = `${stateDir}/namespaces/${namespace}/runs`;
      const lines = host.files.list(folder).flatMap((file) => (host.files.readText(`${folder}/${file}`) ?? '').split('\n'));
      return lines.filter((line) => line !== '').map((line): RunRecord => JSON.parse(line));
    },
    removeAll: async () => {
      const timer = (name: string): Artifact => ({
        files: [{ name: `rota.${namespace}.${tenant}.${name}.timer`, content: '' }],
        digest: '',
        active: true,
      });
      const changes = (await test.list()).map(({ name }) => ({
        tenant,
        name,
        before: timer(name),
        after: null,
        handledUntil: 0,
      }));
      await backend.apply(host, { namespace, changes, dialect });
      // What a test that was killed has written under the namespace's names without owning it.
      const left = host.files.list(unitFolder).filter((name) => name.startsWith(`rota.${namespace}.`));
      await host.run({ file: 'rm', args: ['-rf', '--', ...left.map((name) => `${unitFolder}/${name}`)] });
      installed.clear();
      await host.run({ file: 'rm', args: ['-rf', `${stateDir}/namespaces`] });
    },
  };
  await test.removeAll();
  return test;
}
