import { RotaError } from '../../errors/rota-error.ts';
import { leftOut, planCapture } from '../capture/plan-capture.ts';
import { pathPattern } from '../spec/path-pattern.ts';
import type { MigrateInput } from './migrate-input.ts';
import type { ScannedRoot } from './scan-state.ts';

/** What would move. */
export interface MigrationPlan {
  readonly entries: number;
  readonly bytes: number;
  /** One that is missing does not move. */
  readonly roots: readonly ScannedRoot[];
  readonly notes: readonly string[];
}

/** Looks at everything that would move. @throws ROTA_BUNDLE_DECLARATION, ROTA_BUNDLE_IDENTITY */
export async function planMigration({ host, spec, identity = {}, signal }: MigrateInput): Promise<MigrationPlan> {
  if (spec.services.length === 0)
    throw new RotaError(
      'ROTA_BUNDLE_DECLARATION',
      `The state of ${spec.tenant}/${spec.name} says of nothing that it is to be stopped, so it cannot move.`,
      {
        suggestions: ['Declare `stop: [{unit: app.service}]`.'],
      },
    );
  // ssh keeps secrets from others on the way, as age does in a store.
  const plan = await planCapture({ ...spec, recipients: ['ssh'] }, signal, undefined, host);
  const errors = plan.findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first !== undefined)
    throw new RotaError(
      'ROTA_BUNDLE_DECLARATION',
      `The state cannot move as it is declared: ${first.message} Nothing was stopped.`,
      {
        issues: errors,
        suggestions: errors.flatMap(({ suggestion }) => (suggestion === undefined ? [] : [suggestion])).slice(0, 5),
      },
    );
  const answers = Object.entries(identity).map(([pattern, answer]) => ({ matches: pathPattern(pattern), answer }));
  const answerOf = (name: string): 'preserve' | 'exclude' | undefined => answers.find(({ matches }) => matches(name))?.answer;
  const unanswered = plan.identity.filter(({ name, policy }) => policy === 'prompt' && answerOf(name) === undefined);
  if (unanswered.length > 0)
    throw new RotaError(
      'ROTA_BUNDLE_IDENTITY',
      `Somebody has to say what becomes of ${unanswered.map(({ name }) => name).join(', ')}.`,
      {
        suggestions: unanswered.slice(0, 5).map(({ name }) => `--identity ${name}=preserve, or =exclude`),
      },
    );
  const excluded = new Set(
    plan.identity.filter(({ name, policy }) => policy === 'prompt' && answerOf(name) === 'exclude').map(({ name }) => name),
  );
  const roots = spec.roots.flatMap((root) => {
    const kind = plan.roots.find(({ name }) => name === root.name)?.kind;
    if (kind === undefined || kind === 'missing') return [];
    const out = leftOut(spec, root, { sideFiles: 'keep' });
    return [
      {
        name: root.name,
        path: root.path,
        leaveOut: (path: string) => excluded.has(`data/${root.name}/${path}`) || out(path) !== undefined,
      },
    ];
  });
  return {
    entries: plan.entries,
    bytes: plan.bytes,
    roots,
    notes: [],
  };
}
