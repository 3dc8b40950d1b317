import { features as featureOrder } from '../backend/feature.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import type { Change, Plan, PlanAction } from './plan.ts';

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
const noColors: PlanColors = { green: plain, yellow: plain, red: plain, dim: plain, bold: plain };

const symbols: Readonly<Record<PlanAction, string>> = {
  create: '  +',
  update: '  ~',
  replace: '-/+',
  delete: '  -',
  move: '  ~',
  adopt: '  +',
  none: '   ',
};

/** A plan as text for people: symbols, fields that change, who does what, drift, warnings, and one sentence at the end. Pure. */
export function printPlan(plan: Plan, options: PrintPlanOptions = {}): string {
  const colors = options.colors ?? noColors;
  const width = options.valueWidth ?? 100;
  const declared = new Map(plan.entries.map((entry) => [printJobKey(entry), entry.job]));
  const shown = plan.changes.filter((change) => change.action !== 'none' || isDrifted(change));
  const blocks = [
    ...shown.map((change) => changeLines(change, declared.get(printJobKey(change)), colors, width)),
    section(
      'Not for this host:',
      plan.notForThisHost.map((job) => `  ${printJobKey(job)}: ${job.reason}`),
    ),
    section(
      'Warnings:',
      plan.warnings.flatMap(({ severity, message, remedy }) => [
        `  ${severity === 'error' ? colors.red('!') : colors.yellow('!')} ${message}`,
        ...(remedy === undefined ? [] : [`    ${remedy}`]),
      ]),
    ),
    [summaryLine(plan, colors)],
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

function changeLines(change: Change, job: Job | undefined, colors: PlanColors, width: number): readonly string[] {
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

function isDrifted(change: Change): boolean {
  return change.drift !== undefined && change.drift.length > 0;
}

function summaryLine({ summary, namespace }: Plan, colors: PlanColors): string {
  const counts = [
    [summary.create, 'to create'],
    [summary.update, 'to update'],
    [summary.replace, 'to replace'],
    [summary.move, 'to move'],
    [summary.adopt, 'to adopt'],
    [summary.delete, 'to delete'],
  ] as const;
  const todo = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const drift = summary.drifted === 0 ? '' : ` ${summary.drifted} edited by hand.`;
  const unchanged = `${summary.unchanged} unchanged`;
  if (todo.length === 0) return `${colors.bold('Nothing to do')} in namespace ${namespace}: ${unchanged}.${drift}`;
  return `${colors.bold('Plan')} for namespace ${namespace}: ${[...todo, unchanged].join(', ')}.${drift}`;
}
