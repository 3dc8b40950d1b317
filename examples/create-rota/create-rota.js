#!/usr/bin/env node
// `npm create rota backend NAME [FOLDER]` or `npm create rota plugin NAME [FOLDER]`: copies a template, with the name in place.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const templates = fileURLToPath(new URL('./templates/', import.meta.url));
const usage = 'usage: create-rota backend|plugin NAME [FOLDER]\n\nNAME is lower-case letters, digits and dashes: my-scheduler.';

process.exitCode = main(process.argv.slice(2));

function main([kind, name, folder]) {
  if (kind === '--help' || kind === '-h') {
    console.log(usage);
    return 0;
  }
  if (!['backend', 'plugin'].includes(kind))
    return refuse(`${kind === undefined ? 'Nothing' : `"${kind}"`} cannot be created; a backend or a plugin can.`);
  if (name === undefined || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) return refuse(`"${name ?? ''}" cannot be its name.`);
  const target = resolve(folder ?? `rota-${kind}-${name}`);
  if (existsSync(target) && readdirSync(target).length > 0) return refuse(`${target} is not empty.`);
  const files = copy(join(templates, kind), target, name);
  for (const file of files) console.log(`wrote ${relative(process.cwd(), file)}`);
  console.log(`\nNext: cd ${relative(process.cwd(), target) || '.'} && npm install && npm test`);
  return 0;
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
