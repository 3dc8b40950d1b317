import type { Issue } from '../errors/issue.ts';
import { nearest } from '../errors/nearest.ts';
import type { Target } from './target.ts';

/** What is wrong with a registry as a whole: two of one name, a dependency that is not declared, a circle. */
export function checkTargets(targets: readonly Target[]): readonly Issue[] {
  const byName = new Map<string, Target>();
  const issues: Issue[] = [];
  for (const target of targets) {
    const first = byName.get(target.name);
    if (first === undefined) byName.set(target.name, target);
    else issues.push(issueOf(target, 'ROTA_TARGET_DUPLICATE', `Two targets are called "${target.name}"${placeWords(first)}.`));
  }
  for (const target of byName.values())
    for (const dependency of target.dependsOn) {
      if (byName.has(dependency)) continue;
      const near = nearest(dependency, byName.keys());
      const message = `Target "${target.name}" depends on "${dependency}", which is not declared.`;
      issues.push({
        ...issueOf(target, 'ROTA_FIELD_VALUE', near === undefined ? message : `${message} Did you mean "${near}"?`),
        ...(near === undefined ? {} : { suggestion: near }),
      });
    }
  return [...issues, ...circles(byName)];
}

/** Each circle once, told at the target whose name comes first. */
function circles(byName: ReadonlyMap<string, Target>): readonly Issue[] {
  const issues: Issue[] = [];
  const done = new Set<string>();
  const walk = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name];
      const target = byName.get([...circle].toSorted()[0] ?? '');
      if (target !== undefined)
        issues.push(issueOf(target, 'ROTA_TARGET_CYCLE', `Targets depend on each other in a circle: ${circle.join(' -> ')}.`));
      return;
    }
    if (done.has(name)) return;
    for (const dependency of byName.get(name)?.dependsOn ?? []) walk(dependency, [...path, name]);
    done.add(name);
  };
  for (const name of [...byName.keys()].toSorted()) walk(name, []);
  return issues;
}

function issueOf({ source }: Target, code: Issue['code'], message: string): Issue {
  return { code, severity: 'error', message, ...source };
}

function placeWords({ source }: Target): string {
  if (source === undefined) return '';
  return `; the first is in ${source.file}${source.line === undefined ? '' : `:${source.line}`}`;
}
