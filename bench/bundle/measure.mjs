// One operation in a process of its own, so that its memory is its own: `node measure.mjs capture|again|restore TREE STATE`. Prints JSON.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { captureBundle, createHost, defineBundle, findBundle, openStore, restoreBundle } from '@rota/core';

const [, , operation, tree, state] = process.argv;
const host = createHost({ stateDir: state });
const namespace = 'bench';
const spec = await defineBundle({ tenant: 'bench', name: 'tree', roots: [{ name: 'tree', path: tree }] });
const into = join(state, 'restored');

const operations = {
  capture: () => captureBundle({ host, namespace, spec, full: true }),
  again: () => captureBundle({ host, namespace, spec }),
  async restore() {
    const bundle = await findBundle({ host, namespace, store: await openStore(host, namespace), which: 'latest' });
    return await restoreBundle({ host, namespace, spec, bundle, to: into });
  },
};

const since = process.hrtime.bigint();
const { unchanged = false, bundle } = await operations[operation]();
const seconds = Number(process.hrtime.bigint() - since) / 1e9;
const { maxRSS } = process.resourceUsage();
rmSync(into, { recursive: true, force: true });
console.log(JSON.stringify({ seconds, rssBytes: maxRSS * 1024, unchanged, compression: bundle?.compression }));
