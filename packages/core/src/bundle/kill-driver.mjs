// Run inside a test machine: does one capture, restore or migration, and ends itself with SIGKILL right before or after the n-th time that it
// writes below its work folder, which is where its journals stand; `hasty` lets its guard wait a second instead of ten minutes. Prints how often it
// wrote, or what the operation answered.
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
const counted =
  (effect) =>
  (...args) => {
    if (!/\/bundles\/(work|moved|arrivals)\//.test(String(args[0]))) return effect(...args);
    count += 1;
    if (count === Number(at) && when === 'before') process.kill(process.pid, 'SIGKILL');
    const result = effect(...args);
    if (count === Number(at)) process.kill(process.pid, 'SIGKILL');
    return result;
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
const host = { ...createHost({ stateDir: '/root/.local/state/rota' }), files };
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
  migrate: () => migrateBundle({ host, namespace, spec, to: { host: to, options: [] }, remoteCommand }),
};
try {
  await operations[operation]();
  if (operation !== 'receive') console.log(count);
} catch (error) {
  console.error(`${error.code}: ${error.message} ${(error.suggestions ?? []).join(' ')}`);
  process.exitCode = 1;
}
