import type { CommandSpec, OptionSpec, SpecGroup } from '../program/command.ts';
import { commandSpecs } from '../program/command-specs.ts';

/** What could stand next on a command line. */
export interface Candidates {
  readonly values: readonly { readonly value: string; readonly summary: string }[];
  /** Names of installed jobs fit too. */
  readonly jobs: boolean;
  /** So do names of files; the shell knows those. */
  readonly files: boolean;
}

const none: Candidates = { values: [], jobs: false, files: false };

/** Candidates for the last of the words after `rota`, which may be begun or empty. Pure. */
export function completeWords(words: readonly string[], groups: readonly SpecGroup[] = []): Candidates {
  const current = words.at(-1) ?? '';
  const [name] = words;
  const group = groups.find((one) => one.name === name || one.aliases.includes(name ?? ''));
  if (words.length <= 1) {
    return fitting(current, [
      ...commandSpecs.filter(({ load }) => load !== undefined).map(({ name: value, summary }) => ({ value, summary })),
      ...groups.map(({ name: value, summary }) => ({ value, summary })),
      { value: 'help', summary: 'explain a command' },
    ]);
  }
  if (group !== undefined) return completeGroup(group, words.slice(1));
  const spec = commandSpecs.find((candidate) => candidate.name === name);
  if (name === 'help')
    return fitting(
      current,
      commandSpecs.map(({ name: value, summary }) => ({ value, summary })),
    );
  return spec === undefined ? none : completeSpec(spec, words);
}

/** The commands below the word of a plugin, then what stands after one of them. */
function completeGroup({ specs }: SpecGroup, words: readonly string[]): Candidates {
  const named = specs.map((spec) => ({ value: spec.name.split(' ').at(-1) ?? '', summary: spec.summary, spec }));
  if (words.length <= 1) return fitting(words.at(-1) ?? '', named);
  const found = named.find(({ value }) => value === words[0]);
  return found === undefined ? none : completeSpec(found.spec, words);
}

/** `words` begin with the command. */
function completeSpec(spec: CommandSpec, words: readonly string[]): Candidates {
  const current = words.at(-1) ?? '';
  const joined = completeJoined(spec, words);
  if (joined !== undefined) return joined;
  const before = spec.options.find((option) => flagsOf(option).includes(words.at(-2) ?? ''));
  if (before !== undefined && /[<[]/.test(before.flags)) return valuesOf(before, current);
  if (current.startsWith('-')) {
    const used = new Set(words.slice(1, -1));
    const free = spec.options.filter((option) => !flagsOf(option).some((flag) => used.has(flag)) || option.parse !== undefined);
    return fitting(
      current,
      free.map((option) => ({ value: flagsOf(option).at(-1) ?? '', summary: option.summary })),
    );
  }
  const { completes } = spec;
  if (completes === 'jobs') return { ...none, jobs: true };
  if (completes === 'files') return { ...none, files: true };
  if (completes === 'commands')
    return fitting(
      current,
      commandSpecs.map(({ name: value, summary }) => ({ value, summary })),
    );
  const position = words.slice(1, -1).filter((word) => !word.startsWith('-')).length;
  if (spec.name === 'bundle' && position === 1) return { ...none, jobs: true };
  if (spec.name === 'explain' && position === 1) return { ...none, jobs: words[1] === 'job' };
  return position > 0
    ? none
    : fitting(
        current,
        (completes ?? []).map((value) => ({ value, summary: '' })),
      );
}

/** `--backend=sys`: one word to zsh, fish and PowerShell, three to bash, which replaces what stands behind the sign. */
function completeJoined(spec: CommandSpec, words: readonly string[]): Candidates | undefined {
  const last = words.at(-1) ?? '';
  const at = last === '=' ? words.length - 1 : words.at(-2) === '=' ? words.length - 2 : -1;
  const [flag, begun, prefix] =
    at > 0
      ? [words[at - 1], last === '=' ? '' : last, '']
      : [last.split('=')[0], last.slice(last.indexOf('=') + 1), `${last.split('=')[0]}=`];
  const option = at > 0 || last.includes('=') ? spec.options.find((one) => flagsOf(one).includes(flag ?? '')) : undefined;
  if (option === undefined || !option.flags.includes('<')) return undefined;
  const found = valuesOf(option, begun);
  return { ...found, values: found.values.map(({ value, summary }) => ({ value: `${prefix}${value}`, summary })) };
}

function valuesOf(option: OptionSpec, current: string): Candidates {
  const words = option.choices ?? option.completes;
  if (words !== undefined)
    return fitting(
      current,
      words.map((value) => ({ value, summary: '' })),
    );
  if (option.flags.startsWith('--backend'))
    return fitting(
      current,
      ['systemd', 'cron', 'taskscheduler', 'embedded'].map((value) => ({ value, summary: '' })),
    );
  if (/<zone>/.test(option.flags))
    return fitting(
      current,
      [...(option.summary.includes('"local"') ? ['local'] : []), 'UTC', ...Intl.supportedValuesOf('timeZone')].map((value) => ({
        value,
        summary: '',
      })),
    );
  if (flagsOf(option).includes('--job')) return { ...none, jobs: true };
  return /<(file|dir)>/.test(option.flags) ? { ...none, files: true } : none;
}

function flagsOf({ flags }: OptionSpec): readonly string[] {
  return flags.split(/[ ,]+/).filter((part) => part.startsWith('-'));
}

function fitting(current: string, values: Candidates['values']): Candidates {
  return {
    ...none,
    values: values.filter(({ value }) => value.startsWith(current)).map(({ value, summary }) => ({ value, summary })),
  };
}
