import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { repositoryRoot } from './repository-root.ts';
import { slowFiles } from './slow-files.ts';

/** What a file takes that is not in the list. */
const usualSeconds = 3;

const secondsOf = (spec: TestSpecification): number =>
  slowFiles[relative(repositoryRoot, spec.moduleId).replaceAll('\\', '/')] ?? usualSeconds;

/** `integration` and `packaging` are in the names of files; all others are those of units. */
const kindOf = ({ moduleId }: TestSpecification): string => /\.(integration|packaging)\.test\.ts$/.exec(moduleId)?.[1] ?? 'unit';

/**
 * The order of files: those of the kinds alternate, so that files that wait for a scheduler run beside files that keep a processor
 * busy, from the first minute to the last. Each kind begins with what takes longest.
 */
export class SideBySide extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const kinds = new Set(files.map(kindOf));
    return [...kinds]
      .flatMap((kind) => withShareDone(files.filter((file) => kindOf(file) === kind)))
      .sort((a, b) => a.shareDone - b.shareDone)
      .map(({ spec }) => spec);
  }
}

/** Each file with the part of its kind's whole time that is over when it begins. */
function withShareDone(files: readonly TestSpecification[]): readonly { spec: TestSpecification; shareDone: number }[] {
  const whole = files.reduce((sum, spec) => sum + secondsOf(spec), 0);
  let done = 0;
  return files
    .toSorted((a, b) => secondsOf(b) - secondsOf(a) || (a.moduleId < b.moduleId ? -1 : 1))
    .map((spec) => {
      const shareDone = done / whole;
      done += secondsOf(spec);
      return { spec, shareDone };
    });
}
