import { features as featureOrder } from '../backend/feature.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import type { Change, PlanAction } from './plan.ts';

/** Wraps a text in the sequences of a colour, or returns it as it is. */
export type Paint = (text: string) => string;

/** How the parts of a plan are painted. */
export interface PlanColors {
  readonly green: Paint;
  readonly yellow: Paint;
  readonly red: Paint;
  readonly dim: Paint;
  readonly bold: Paint;
}

/** How a plan is printed. */
export interface PrintPlanOptions {
  /** @default no colour */
  readonly colors?: PlanColors;
  /** Longest value that is printed whole, in characters. @default 100 */
  readonly valueWidth?: number;
}

const plain: Paint = (text) => text;
export const noColors: PlanColors = { green: plain, yellow: plain, red: plain, dim: plain, bold: plain };

const symbols: Readonly<Record<PlanAction, string>> = {
  create: '  +',
  update: '  ~',
  replace: '-/+',
  delete: '  -',
  move: '  ~',
  adopt: '  +',
  none: '   ',
};

/** One change as lines: what it is, the fields that change, who does what, drift. Pure. */
export function changeLines(change: Change, job: Job | undefined, colors: PlanColors, width: number): readonly string[] {
  const paint =
    { create: colors.green, adopt: colors.green, delete: colors.red, none: plain }[change.action as string] ?? colors.yellow;
  const where = change.fromBackend === undefined ? change.backend : `${change.fromBackend} -> ${change.backend}`;
  // Of what goes it no longer matters how well its schedule was kept.
  const kept = change.action === 'delete' ? [] : [change.fidelity ?? 'event'];
  const facts = [where, ...kept, ...(change.action === 'create' ? [] : change.reasons)];
  const title = `${paint(symbols[change.action])} ${colors.bold(printJobKey(change))}  ${colors.dim(`(${facts.join('; ')})`)}`;
  const created =
    (change.action === 'create' || (change.action === 'adopt' && change.before === null)) && job !== undefined
      ? describeNew(job, width)
      : [];
  const changed =
    change.action === 'create' || change.action === 'delete'
      ? []
      : change.differences.map(({ path, before, after }) => differenceLine(path, before, after, colors, width));
  return [
    title,
    ...[...created, ...changed, ...(change.action === 'delete' ? [] : featureLines(change)), ...driftLines(change, colors)].map(
      (line) => `      ${line}`,
    ),
  ];
}

/** What a person wants to know of a job that is new. */
function describeNew(job: Job, width: number): readonly string[] {
  return [`when     ${triggerText(job)}`, `command  ${clip(job.command.join(' '), width)}${job.paused ? '  (paused)' : ''}`];
}

function triggerText({ trigger }: Job): string {
  if (trigger.kind === 'schedule') return `${trigger.expression}  ${trigger.timezone}`;
  if (trigger.kind === 'after') return `after ${printJobKey(trigger.job)} ends well`;
  if (trigger.kind === 'apply') return 'once per change, by rota apply';
  return `at ${trigger.kind}`;
}

function differenceLine(path: string, before: unknown, after: unknown, colors: PlanColors, width: number): string {
  if (before === undefined) return `${path}: ${colors.green(`+ ${valueText(after, width)}`)}`;
  if (after === undefined) return `${path}: ${colors.red(`- ${valueText(before, width)}`)}`;
  return `${path}: ${colors.red(valueText(before, width))} -> ${colors.green(valueText(after, width))}`;
}

function valueText(value: unknown, width: number): string {
  return clip(typeof value === 'string' && value !== '' ? value : (JSON.stringify(value) ?? 'nothing'), width);
}

function clip(text: string, width: number): string {
  const oneLine = text.replace(/\s*\n\s*/g, ' ');
  return oneLine.length <= width ? oneLine : `${oneLine.slice(0, Math.max(1, width - 3))}...`;
}

/** Who does what: the scheduler, the runner, nobody. */
function featureLines(change: Change): readonly string[] {
  const by = (decision: string): string => featureOrder.filter((feature) => change.features[feature] === decision).join(', ');
  const groups = [
    ['native', by('native')],
    ['runner', by('runner')],
    ['not had', by('refused')],
  ] as const;
  const lines = groups.filter(([, list]) => list !== '').map(([title, list]) => `${title.padEnd(8)} ${list}`);
  if (change.gate === undefined) return lines;
  return [...lines, `gate     asked ${change.gate.startsPerFire} times for each run, ${change.gate.startsPerDay} times a day`];
}

function driftLines(change: Change, colors: PlanColors): readonly string[] {
  if (!isDrifted(change)) return [];
  const hint = change.action === 'none' ? ['Left as it is. --repair overwrites it.'] : [];
  return [...(change.drift ?? []).map(({ kind, detail }) => colors.yellow(`drift    ${kind}: ${detail}`)), ...hint];
}

/** Whether somebody else changed the entry. */
export function isDrifted(change: Change): boolean {
  return change.drift !== undefined && change.drift.length > 0;
}
