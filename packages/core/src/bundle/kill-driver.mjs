// Run inside a test machine: does one capture, restore or migration, and ends itself with SIGKILL right before or after the n-th time that it
// writes below its work folder, which is where its journals stand. Of a migration whatever it does from then on counts as well: a program that it
// starts, a unit's file, a phase that it tells of. `hasty` lets its guard wait a second instead of ten minutes. Prints how often that was, or what
// the operation answered.
import {
  captureBundle,
  createHost,
  defineBundle,
  findBundle,
  migrateBundle,
  nodeFiles,
  openStore,
  receiveMigration,
  restoreBundle,
} from '/src/packages/core/dist/index.js';

const [, , operation, at, when, declaration] = process.argv;
const { to, remoteCommand, ...state } = JSON.parse(declaration);
let count = 0;
const kill = () => process.kill(process.pid, 'SIGKILL');
const isCounted = (path) =>
  /\/bundles\/(work|moved|arrivals)\//.test(path) || (operation === 'migrate' && count > 0 && !path.includes('/bundles/'));
const counted =
  (effect, what = String) =>
  (...args) => {
    if (!isCounted(what(args[0]))) return effect(...args);
    count += 1;
    const isHere = count === Number(at);
    if (isHere && when === 'before') kill();
    const result = effect(...args);
    if (!isHere) return result;
    return result instanceof Promise ? result.finally(kill) : kill();
  };
const files = {
  ...nodeFiles,
  append: counted(nodeFiles.append),
  write: counted((path, content, ...rest) =>
    nodeFiles.write(
      path,
      when === 'hasty' && path.endsWith('guard.sh') ? content.replace('left=600', 'left=1') : content,
      ...rest,
    ),
  ),
  remove: counted(nodeFiles.remove),
  rename: counted(nodeFiles.rename),
};
const machine = createHost({ stateDir: '/root/.local/state/rota' });
const host = { ...machine, files, run: counted(machine.run, ({ file }) => file) };
const onProgress = counted(() => undefined);
const namespace = 'default';
const spec = operation === 'receive' ? undefined : await defineBundle({ tenant: 'acme', name: 'app', ...state });

const operations = {
  capture: () => captureBundle({ host, namespace, spec, full: true }),
  async restore() {
    const bundle = await findBundle({ host, namespace, store: await openStore(host, namespace, spec), which: 'latest' });
    return await restoreBundle({ host, namespace, spec, bundle, keepPrevious: false });
  },
  // The receiving side: what is asked and answered passes by its standard streams.
  receive: () => receiveMigration({ host, input: process.stdin, answer: (line) => void process.stdout.write(`${line}\n`) }),
  migrate: () => migrateBundle({ host, namespace, spec, to: { host: to, options: [] }, remoteCommand, onProgress }),
};
try {
  const result = await operations[operation]();
  for (const note of result?.notes ?? []) console.error(note);
  if (operation !== 'receive') console.log(count);
} catch (error) {
  console.error(`${error.code}: ${error.message} ${(error.suggestions ?? []).join(' ')}`);
  process.exitCode = 1;
}
