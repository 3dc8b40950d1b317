// npm run bench [-- NAME...]: runs the benchmarks beside this file, or only the named ones, prints their rows and writes them to
// bench/results.json. A benchmark is a module that exports `name` and `async run()`, which returns rows:
//   { name, value, unit, bound, ok }    bound: what the value may be at most, or null where it is only reported
// Fails when a row is not ok. Bounds are ratios to something measured in the same run, so that a slow machine meets them too.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

// Node 20 reads these certificates at every start, which takes longer than the start itself: whatever is measured against a bare Node would look cheap.
delete process.env.NODE_EXTRA_CA_CERTS;

const here = new URL('./', import.meta.url);
const results = new URL('results.json', here);
const wanted = process.argv.slice(2);

const modules = await Promise.all(
  readdirSync(here)
    .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
    .sort()
    .map(async (file) => await import(new URL(file, here).href)),
);
const benchmarks = modules.filter((module) => typeof module.run === 'function' && typeof module.name === 'string');
const names = benchmarks.map(({ name }) => name);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark is called ${unknown.join(', ')}; there are: ${names.join(', ')}`);
  process.exit(2);
}

/** What other benchmarks last measured stays in the file. */
const previous = () => {
  try {
    return JSON.parse(readFileSync(results, 'utf8')).benchmarks;
  } catch {
    return {};
  }
};

const format = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));

const print = (rows) => {
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, value, unit, bound, ok } of rows) {
    const limit = bound === null || bound === undefined ? '' : `at most ${format(bound)}`;
    console.log(`  ${ok ? 'ok  ' : 'OVER'}  ${name.padEnd(width)}  ${format(value).padStart(8)} ${unit.padEnd(8)} ${limit}`);
  }
};

const measured = {};
let failed = 0;
for (const { name, run } of benchmarks) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(name);
  try {
    const rows = await run();
    print(rows);
    measured[name] = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', rows };
    failed += rows.filter(({ ok }) => !ok).length;
  } catch (error) {
    console.error(error);
    failed += 1;
  }
}

writeFileSync(results, `${JSON.stringify({ formatVersion: 1, benchmarks: { ...previous(), ...measured } }, null, 2)}\n`);
console.log(failed === 0 ? 'All bounds hold.' : `${failed} over the bound or failed.`);
process.exitCode = failed === 0 ? 0 : 1;
