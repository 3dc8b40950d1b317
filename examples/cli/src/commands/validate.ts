import { checkDeclaration } from '../open/open-declaration.ts';
import { waiting } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';
import { placeOf } from '../program/print-failure.ts';

/** `rota validate`: every problem at once. Exits 1 when there is an error; warnings and the advice of --strict are no errors. */
export async function run(context: CommandContext): Promise<number> {
  const { ok, issues, jobs } = await waiting(context.io, 'Checking', () => checkDeclaration(context, context.args));
  if (context.json) {
    context.printJson({ formatVersion: 1, ok, jobs, issues });
    return ok ? 0 : 1;
  }
  const { print, colors } = context;
  for (const issue of issues) {
    const mark = issue.severity === 'error' ? colors.red('error') : colors.yellow('warning');
    const place = placeOf(issue);
    print(`${place === '' ? '' : `${place}: `}${mark}: ${issue.message}${hint(issue)}`);
  }
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  const counts = [count(errors, 'error'), count(issues.length - errors, 'warning')].filter((text) => text !== '').join(', ');
  context.say(
    ok ? `${count(jobs, 'job') || 'no job'} declared, valid${counts === '' ? '' : `; ${counts}`}.` : `Not valid: ${counts}.`,
  );
  return ok ? 0 : 1;
}

function count(number: number, what: string): string {
  return number === 0 ? '' : `${number} ${what}${number === 1 ? '' : 's'}`;
}

function hint({ message, suggestion }: { readonly message: string; readonly suggestion?: string }): string {
  return suggestion === undefined || message.includes(suggestion) ? '' : ` Did you mean \`${suggestion}\`?`;
}
