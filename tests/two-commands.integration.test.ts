import {
  bundleRota,
  installRota,
  requirePart,
  rootPart,
  type TestMachine,
  testMachine,
  testMachinePart,
} from '@rota/test-support';
import { beforeAll, expect, it } from 'vitest';
import { manifest } from '../examples/cli/src/testing/cli-workplace.ts';

const describe = requirePart(rootPart, testMachinePart);
const user = 'ann';
const theirs = '17 3 * * * /bin/echo theirs\n';

/** What a command does to what is installed; the last of the list is what is now. */
type Effect = (installed: readonly string[]) => readonly string[];
const declares =
  (jobs: string): Effect =>
  (installed) =>
    installed.at(-1) === jobs ? installed : [...installed, jobs];
const nothing: Effect = (installed) => installed;

interface Command {
  readonly args: string;
  readonly effect: Effect;
  /** What else may be the answer. @default nothing */
  readonly answers?: readonly string[];
}

const commands: Readonly<Record<string, Command>> = {
  apply: { args: 'apply a --yes --take-over --allow-removals', effect: declares('a') },
  'another apply': { args: 'apply b --yes --take-over --allow-removals', effect: declares('b') },
  rollback: { args: 'rollback --yes', effect: (installed) => [...installed, installed.at(-2) ?? ''] },
  destroy: { args: 'destroy --yes', effect: declares('') },
  sync: { args: 'sync --repo /home/ann/repo --take-over --resume --allow-removals', effect: declares('s') },
  adoption: { args: 'apply imported --adopt --yes --take-over --allow-removals', effect: declares('theirs') },
  maintenance: { args: 'maintain', effect: nothing },
  repair: { args: 'doctor --repair', effect: nothing },
  // The job may be gone before it is found, or when it is to be started.
  run: { args: 'run second', effect: nothing, answers: ['ROTA_JOB_UNKNOWN', 'ROTA_COMMAND_FAILED'] },
};
const names = Object.keys(commands);
const all = names.flatMap((one, index) => names.slice(index).map((other) => [one, other] as const));
/** Every command with the next one; in the long run all pairs, again and again, 200 times together. */
const pairs = process.env.ROTA_LONG
  ? Array.from({ length: Math.ceil(200 / all.length) }, () => all).flat()
  : all.filter(([one, other]) => names.indexOf(other) - names.indexOf(one) === 1 || (one === 'apply' && other === 'adoption'));

describe('two commands that are started at the same moment', () => {
  let machine: TestMachine;
  const sh = (script: string): Promise<string> =>
    machine.output('sh', ['-c', `export ROTA_MAINTENANCE=off\n${script}`], { user, timeoutMs: 120_000 });

  beforeAll(async () => {
    machine = await testMachine('two-commands');
    await installRota(machine, await bundleRota());
    const folders = ['base', 'second', 'a', 'b'].map(
      (name) => `mkdir ${name}; cat >${name}/job.yaml <<'END'\n${manifest(name)}END`,
    );
    await sh(`set -e\n${folders.join('\n')}
      git init -q --initial-branch=main repo; mkdir repo/jobs; cat >repo/jobs/s.yaml <<'END'\n${manifest('s')}END
      cd repo; git add -A; git -c user.name=A -c user.email=a@example.org commit -qm one; cd ..
      printf '%s' '${theirs}' | crontab -; rota import --out imported --tenant acme --json`);
  });

  it.each(pairs)('%s and %s end as one of the two orders', async (one, other) => {
    await sh(`rota destroy --yes --json; printf '%s' '${theirs}' | crontab -
      rota apply base --yes --take-over --backend systemd --json; rota apply second --yes --allow-removals --take-over --backend systemd --json`);
    const [x, y] = [commands[one], commands[other]];
    if (x === undefined || y === undefined) throw new Error('no such command');
    await sh(`rota ${x.args} --json >one.out 2>one.err & rota ${y.args} --json >other.out 2>other.err; wait`);
    const refusal = async (file: string, { answers = [] }: Command): Promise<string | undefined> => {
      const { error } = JSON.parse(await sh(`cat ${file}`));
      if (error === undefined) return undefined;
      expect(['ROTA_PLAN_STALE', 'ROTA_LOCK_HELD', ...answers], JSON.stringify(error)).toContain(error.code);
      if (error.code === 'ROTA_LOCK_HELD') expect(error.message).toMatch(/process \d+, \w+/);
      return error.code;
    };
    const refused = [await refusal('one.out', x), await refusal('other.out', y)];
    expect(refused, 'one of the two is done').toContain(undefined);
    const effects = [x, y].filter((_, index) => refused[index] === undefined).map(({ effect }) => effect);
    const run = (order: readonly Effect[]): string =>
      order.reduce((installed, effect) => effect(installed), ['base', 'second'] as readonly string[]).at(-1) ?? '';

    const { jobs } = JSON.parse(await sh('rota status --json'));
    const ended = jobs.map(({ name }: { name: string }) => name).join() as string;
    const known = ended === 'echo' ? 'theirs' : ended;
    expect([run(effects), run(effects.toReversed())], JSON.stringify(refused)).toContain(known);
    // Nothing is torn: no lock, no journal, no drift; and the line of the person runs exactly where no job took its place.
    expect(jobs.map(({ state }: { state: string }) => state)).toEqual(jobs.map(() => 'waiting'));
    expect(await sh('ls .local/state/rota/namespaces/default')).not.toMatch(/lock$|lock\.break|journal/m);
    const { findings } = JSON.parse(await sh('rota doctor --json; true'));
    expect(findings.map(({ code }: { code: string }) => code).join()).not.toMatch(/drift|state\.|journal|entries/);
    const line = (await machine.output('crontab', ['-l'], { user })).split('\n').filter((text) => text === theirs.trim());
    // What a job took the place of stays off when that job is no longer declared.
    const adopted = [one, other].includes('adoption');
    expect(known === 'theirs' ? [0] : adopted ? [0, 1] : [1]).toContain(line.length);
  });
});
