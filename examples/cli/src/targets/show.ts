import { planTargets, RotaError, readTargetRecords } from '@rota/core';
import { openRegistry } from '../commands/targets.ts';
import { reasonText } from '../output/reason-text.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota targets show NAME`: what is declared, what is recorded, what is to be done, and what to know of its state. */
export async function run(context: CommandContext): Promise<number> {
  const { declaration, input } = await openRegistry(context);
  const [name, another] = input.names;
  if (name === undefined || another !== undefined)
    throw new RotaError('ROTA_USAGE', '`rota targets show` needs the name of one target.');
  const plan = await planTargets(input);
  const target = declaration.targets.find((one) => one.name === name);
  const records = [...(await readTargetRecords(context.host(), declaration.namespace)).values()].filter(
    (record) => record.name === name,
  );
  if (context.json) {
    context.printJson({
      formatVersion: 1,
      action: 'show',
      target: { ...target, source: target?.source ?? null },
      records,
      plan: plan.targets,
    });
    return 0;
  }
  const line = (label: string, text: string): void => context.print(`${label.padEnd(12)}${text}`);
  line('target', name + (target?.description === undefined ? '' : `: ${target.description}`));
  for (const [system, attr] of Object.entries(target?.attrs ?? {})) line('attribute', `${attr}  (${system})`);
  line('hints', target?.hints === null ? 'everything' : (target?.hints.join(' ') ?? ''));
  line('inputs', target?.inputs === null ? 'any' : (target?.inputs.join(' ') ?? ''));
  if (target !== undefined && target.dependsOn.length > 0) line('depends on', target.dependsOn.join(' '));
  if (target?.deployment !== undefined) {
    const { mode, host, container, image, unit } = target.deployment;
    const facts = Object.entries({ host, container, image, unit }).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key} ${value}`],
    );
    line('deployed by', [mode, ...facts].join(', '));
  }
  for (const { system, built, deployed } of records) {
    if (built !== null) line('built', `${built.artifact}  (${system}, ${built.revision.slice(0, 12)}, ${built.at})`);
    for (const record of deployed)
      line('runs', `${record.artifact}  on ${record.host} since ${record.at}${record.by === 'hand' ? ', by hand' : ''}`);
  }
  for (const { system, rebuild, deploy, reasons, state } of plan.targets) {
    line('to do', `${system}: ${rebuild ? 'build' : deploy ? 'deploy' : 'nothing'}`);
    for (const reason of reasons.slice(0, 10)) line('', reasonText(reason));
    for (const root of state?.roots ?? []) line('state', `${root.name} in ${root.path}`);
    for (const [kind, text] of Object.entries(state?.guidance ?? {})) line(kind, text);
  }
  return 0;
}
