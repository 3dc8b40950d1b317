import { nameLength } from '../state/name-rule.ts';

/** Programs that only start another one, whose name says more. */
const starters = new Set(
  'sh bash dash zsh env exec nice ionice chrt nohup setsid sudo time timeout flock chronic systemd-cat cd test [ true : if then { ( sleep . source export set'.split(
    ' ',
  ),
);
const interpreters = /^(python|perl|ruby|php|node|deno|bun|java|Rscript|lua|pwsh)[0-9.]*$/;

/** A job name made from what an entry is called, or else from its command. Always the same for the same text. Pure. */
export function jobName(name: string | undefined, command: readonly string[]): string {
  const given = name === undefined ? '' : slug(name.replace(/\.(timer|service|desktop)$/, ''));
  return given || slug(commandName(command.join(' '))) || 'job';
}

/** The same names, those that come again with `-2`, `-3` and so on. Pure. */
export function uniqueNames(names: readonly string[], taken: Iterable<string> = []): readonly string[] {
  const used = new Set(taken);
  return names.map((name) => {
    let unique = name;
    for (let nth = 2; used.has(unique); nth++)
      unique = `${name.slice(0, nameLength - String(nth).length - 1).replace(/-+$/, '')}-${nth}`;
    used.add(unique);
    return unique;
  });
}

/** Lower-case letters, digits and dashes; empty when nothing of the text can stand in a name. Pure. */
export function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, nameLength)
    .replace(/-+$/, '');
}

/** The first program that does the work, and the script that an interpreter runs. */
function commandName(text: string): string {
  // What stands before the last `&&` of a beginning such as `cd /srv/app && ` only prepares.
  const words = text.replace(/^.*?\bcd [^&;]*(&&|;)/s, '').split(/[\s;&|"'`(){}]+/);
  let script = false;
  let lockFile = false;
  for (const word of words) {
    const base = word.split('/').at(-1) ?? '';
    if (lockFile && !word.startsWith('-') && word !== '') {
      lockFile = false;
      continue;
    }
    lockFile ||= base === 'flock';
    if (base === '' || /^[-+>0-9<$\\]/.test(word) || /^[A-Za-z_][A-Za-z0-9_]*=/.test(word) || starters.has(base)) continue;
    if (!script && interpreters.test(base)) {
      script = true;
      continue;
    }
    return base.replace(/\.[A-Za-z]{1,4}$/, '') || base;
  }
  return (
    words
      .find((word) => word !== '')
      ?.split('/')
      .at(-1) ?? ''
  );
}
