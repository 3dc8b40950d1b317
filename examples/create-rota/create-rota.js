#!/usr/bin/env node
// `node create-rota.js KIND NAME [FOLDER]`: copies a template, with the name in place.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const templates = fileURLToPath(new URL('./templates/', import.meta.url));
const checkout = fileURLToPath(new URL('../..', import.meta.url));
const kinds = ['backend', 'plugin', 'store'];
const usage =
  'usage: create-rota backend|plugin|store NAME [FOLDER]\n\nA store keeps state bundles. NAME is lower-case letters, digits and dashes: my-scheduler.';

process.exitCode = main(process.argv.slice(2));

function main([kind, name, folder]) {
  if (kind === '--help' || kind === '-h') {
    console.log(usage);
    return 0;
  }
  if (kind === undefined) return refuse('say what is to be created: a backend, a plugin or a store.');
  if (!kinds.includes(kind)) return refuse(`"${kind}" cannot be created; a backend, a plugin or a store can.`);
  if (name === undefined || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return refuse(`"${name ?? ''}" cannot be its name.`);
  const target = resolve(folder ?? `rota-${kind}-${name}`);
  if (existsSync(target) && readdirSync(target).length > 0) return refuse(`${target} is not empty.`);
  const files = copy(join(templates, kind), target, name);
  for (const file of files) console.log(`wrote ${relative(process.cwd(), file)}`);
  console.log(`\nNext: ${next(`rota-${kind}-${name}`, target)}`);
  return 0;
}

/** How its tests are run. In a checkout `@rota/core` is not in the registry: there npm finds it for what stands among the examples. */
function next(workspace, target) {
  const path = (to) => relative(process.cwd(), to) || '.';
  const goTo = (folder) => (path(folder) === '.' ? '' : `cd ${path(folder)} && `);
  if (!existsSync(join(checkout, 'packages/core'))) return `${goTo(target)}npm install && npm test`;
  const move =
    dirname(target) === join(checkout, 'examples') ? '' : `mv ${path(target)} ${path(join(checkout, 'examples'))}/ && `;
  return `${move}${goTo(checkout)}npm install --ignore-scripts && npm run build && npm test --workspace ${workspace}`;
}

function refuse(problem) {
  console.error(`create-rota: ${problem}\n${usage}`);
  return 1;
}

/** Names of files and their texts hold `__name__` (my-scheduler) and `__function__` (myScheduler). A dot file is kept as `_name`, which npm does not drop. */
function copy(from, to, name) {
  const functionName = name.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
  const filled = (text) => text.replaceAll('__name__', name).replaceAll('__function__', functionName);
  return readdirSync(from, { withFileTypes: true }).flatMap((entry) => {
    const target = join(to, filled(entry.name).replace(/^_(?!_)/, '.'));
    if (entry.isDirectory()) return copy(join(from, entry.name), target, name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, filled(readFileSync(join(from, entry.name), 'utf8')));
    return [target];
  });
}
