import type { Issue } from '../../errors/issue.ts';
import type { Problem } from '../../job/problem.ts';
import type { LoadedPlugin } from '../../plugin/plugin.ts';
import { checkTargets } from '../../target/check-targets.ts';
import { readTarget } from '../../target/read-target.ts';
import type { Target } from '../../target/target.ts';
import { locateInModule } from '../source/read-source.ts';
import type { ConfigLayer } from './config-layers.ts';

interface Registry {
  /** Sorted by name. */
  readonly targets: readonly Target[];
  readonly issues: readonly Issue[];
}

/** The registry of targets: those of all layers of a config, and those of its plugins. */
export function readTargets(
  layers: readonly ConfigLayer[],
  plugins: readonly LoadedPlugin[],
  { tenant, platform }: { readonly tenant: string; readonly platform: string },
): Registry {
  const targets: Target[] = [];
  const issues: Issue[] = [];
  const read = (value: unknown, label: string, dir: string, locate: (problem: Problem) => Issue): void => {
    const result = readTarget(value, label, { dir, tenant, platform, locate });
    issues.push(...result.issues);
    if (result.target !== undefined) targets.push(result.target);
  };
  for (const { config, dir, locate } of layers)
    for (const [index, value] of (config.targets ?? []).entries())
      read(value, `targets[${index}]`, dir, (problem) => locate({ ...problem, path: ['targets', index, ...problem.path] }));
  const own = layers.at(-1);
  if (own !== undefined)
    for (const { name, targets: added } of plugins)
      for (const [index, value] of added.entries())
        read(value, `target ${index + 1} of plugin "${name}"`, own.dir, locateInModule({ file: own.file }));
  if (issues.every(({ severity }) => severity !== 'error')) issues.push(...checkTargets(targets));
  return { targets: targets.toSorted((a, b) => (a.name < b.name ? -1 : 1)), issues };
}
