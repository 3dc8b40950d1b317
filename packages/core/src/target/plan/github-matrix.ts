import type { TargetPlan } from './target-plan.ts';

/** A matrix for a workflow of GitHub Actions: one job for each target and system that is to be built. */
export interface GithubMatrix {
  readonly include: readonly {
    readonly target: string;
    readonly system: string;
    readonly attr: string;
    /** The hosted runner of that system; for others the system itself, as a label of one's own runners. */
    readonly runner: string;
  }[];
}

/** Source: "About GitHub-hosted runners", Linux labels. */
const runners: Readonly<Record<string, string>> = { 'x86_64-linux': 'ubuntu-latest', 'aarch64-linux': 'ubuntu-24.04-arm' };

/** The matrix of a plan, in the order of the plan. Pure. */
export function githubMatrix({ targets }: TargetPlan): GithubMatrix {
  return {
    include: targets.flatMap(({ name, system, attr, rebuild }) =>
      rebuild && attr !== null ? [{ target: name, system, attr, runner: runners[system] ?? system }] : [],
    ),
  };
}
