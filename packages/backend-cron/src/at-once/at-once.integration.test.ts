import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterFile, bundled, cronPart, output, requirePart, rootPart, sampleSize, testSeed } from '@rota/test-support';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { privateCrontab } from '../private-crontab.test-support.ts';
import type { Act, Answer } from './acts.test-support.ts';

const rounds = sampleSize({ here: 4, inCi: 6, long: 200 });

/** A process of its own that does what it is told. */
interface Actor {
  act(act: Act): Promise<Answer>;
}

interface Look {
  /** The crontab. */
  readonly table: string;
  readonly jobs: readonly { readonly name: string; readonly state: string; readonly text: string }[];
  /** Locks, a journal, a kept table. */
  readonly left: readonly string[];
}

const refusals = ['ROTA_PLAN_STALE', 'ROTA_LOCK_HELD'];
/** What else an apply may say while a person edits the same table. */
const disturbed = [
  ...refusals,
  'ROTA_CRONTAB_CHANGED',
  'ROTA_APPLY_FAILED',
  'ROTA_APPLY_INCOMPLETE',
  'ROTA_ADOPT_CHANGED',
  'edited before it was planned',
];

requirePart(rootPart, cronPart)('on one crontab, at the same moment', () => {
  let root: string;
  let one: Actor;
  let two: Actor;
  /** What a person has in the table. */
  let theirs: string[];
  let random: () => number;

  beforeEach(async () => {
    root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-at-once-'));
    const crontab = await privateCrontab();
    crontab.programInside(join(root, 'inside'));
    // The machine's own daemon holds the lock of its /run.
    await crontab.sh('mount -t tmpfs none /run && cron');
    const script = join(root, 'actor.mjs');
    copyFileSync(await bundled('packages/backend-cron/src/at-once/actor.test-support.ts'), script);
    copyFileSync(await bundled('packages/core/src/run/main.ts', 'cjs'), join(root, 'rota-run.cjs'));
    [one, two] = [startActor(root), startActor(root)];
    theirs = ['# theirs', '17 3 29 2 * /bin/echo theirs'];
    await crontab.host('root').run({ file: 'crontab', args: ['-'], input: `${theirs.join('\n')}\n` });
    random = numbers(testSeed);
    await repositoryOf(root);
    expect(await one.act({ do: 'apply', text: 'first' })).toMatchObject({ outcome: 'done' });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  /** Starts both; the shorter one somewhere in the time that the longer one took last. */
  let lastMs = 500;
  const atOnce = async (left: Act, right: Act): Promise<readonly [Answer, Answer]> => {
    const answers = await Promise.all([one.act(left), two.act({ ...right, afterMs: Math.floor(random() * lastMs) })]);
    lastMs = Math.min(2000, answers[0].tookMs);
    return answers;
  };
  const look = async (): Promise<Look> => JSON.parse((await two.act({ do: 'look', text: '' })).outcome);
  const foreign = ({ table }: Look): readonly string[] =>
    table
      .replaceAll(/# BEGIN rota [\s\S]*?# END rota [^\n]*\n/g, '')
      .split('\n')
      .slice(0, -1);

  /** Nothing is torn: one of these is installed, whole, and what is theirs is as it was. */
  const expectWhole = async (texts: readonly string[]): Promise<string> => {
    const seen = await look();
    expect(foreign(seen)).toEqual(theirs);
    expect(seen.left).toEqual([]);
    expect(seen.jobs).toEqual(['other', 'shared'].map((name) => ({ name, state: 'waiting', text: seen.jobs[0]?.text })));
    expect(texts).toContain(seen.jobs[0]?.text);
    return seen.jobs[0]?.text ?? '';
  };

  it(`two applies end as one of the two, ${rounds} times`, async () => {
    const ended: Record<string, number> = {};
    let before = 'first';
    for (let round = 1; round <= rounds; round++) {
      const texts = [`one ${round}`, `two ${round}`] as const;
      const answers = await atOnce({ do: 'apply', text: texts[0] }, { do: 'apply', text: texts[1] });
      const done = texts.filter((_, index) => answers[index]?.outcome === 'done');
      expect(done.length, JSON.stringify(answers)).toBeGreaterThan(0);
      for (const { outcome, message } of answers) {
        expect(['done', ...refusals], message).toContain(outcome);
        ended[outcome] = (ended[outcome] ?? 0) + 1;
      }
      before = await expectWhole(done);
    }
    tell('two applies', ended, before);
  });

  it(`an apply and a sync end as one of the two, ${rounds} times`, async () => {
    const ended: Record<string, number> = {};
    for (let round = 1; round <= rounds; round++) {
      const branch = round % 2 === 0 ? 'even' : 'odd';
      const texts = [`apply ${round}`, branch] as const;
      const answers = await atOnce({ do: 'apply', text: texts[0] }, { do: 'sync', text: branch });
      const done = texts.filter((_, index) => answers[index]?.outcome === 'done');
      expect(done.length, JSON.stringify(answers)).toBeGreaterThan(0);
      for (const { outcome, message } of answers) {
        expect(['done', ...refusals], message).toContain(outcome);
        ended[outcome] = (ended[outcome] ?? 0) + 1;
      }
      await expectWhole(done);
    }
    tell('an apply and a sync', ended);
  });

  /** After a round with a person in it: what is theirs stands there; where Rota's is not as installed it says so, and one repair makes it so. */
  const expectMended = async (answer: Answer, text: string, installed: readonly string[]): Promise<string> => {
    expect(['done', ...disturbed], answer.message).toContain(answer.outcome);
    const seen = await look();
    expect(foreign(seen), `${answer.outcome} ${answer.message ?? ''}`).toEqual(theirs);
    if (seen.left.includes('crontab.before')) {
      // As the error says: a person compares the two tables and keeps the one that stands there.
      expect(answer.message).toContain('crontab');
      rmSync(join(root, 'state/crontab.before'));
    }
    const asInstalled = seen.left.length === 0 && seen.jobs.every(({ state }) => state === 'waiting');
    if (asInstalled && answer.outcome === 'done') return await expectWhole([text]).then(() => 'installed');
    if (asInstalled) return await expectWhole(installed).then(() => answer.outcome);
    expect(await one.act({ do: 'repair', text })).toMatchObject({ outcome: 'done' });
    await expectWhole([text]);
    return `${answer.outcome}, then repaired`;
  };

  it(`an apply and a hand edit lose nothing of the person, ${rounds} times`, async () => {
    const ended: Record<string, number> = {};
    let installed = 'first';
    for (let round = 1; round <= rounds; round++) {
      const text = `apply ${round}`;
      const line = `# edited ${round}`;
      const takesMs = 200 + Math.floor(random() * 400);
      const [applied, edited] = await atOnce({ do: 'apply', text }, { do: 'edit', text: line, takesMs });
      expect(edited.outcome).toBe('done');
      theirs.push(line);
      const how = await expectMended(applied, text, [installed, text]);
      ended[how] = (ended[how] ?? 0) + 1;
      installed = (await look()).jobs[0]?.text ?? '';
    }
    tell('an apply and a hand edit', ended);
  });

  it(`an adoption and a hand edit lose nothing of the person, and one of line and job runs, ${rounds} times`, async () => {
    const ended: Record<string, number> = {};
    let installed = 'first';
    for (let round = 1; round <= rounds; round++) {
      const original = `17 4 29 2 * /bin/echo original-${round}`;
      expect(await two.act({ do: 'edit', text: original })).toMatchObject({ outcome: 'done' });
      const text = `adopt ${round}`;
      const line = `# edited ${round}`;
      const isOriginal = round % 2 === 0;
      const sed = isOriginal ? `'s/original-${round}$/& changed/'` : '';
      const takesMs = 200 + Math.floor(random() * 400);
      const [adopted, edited] = await atOnce({ do: 'adopt', text, original }, { do: 'edit', text: line, sed, takesMs });
      expect(edited.outcome).toBe('done');
      const seen = foreign(await look());
      // The line of the person is off where the job has its place, and else on; edited by whoever edits, off or on.
      const edits = isOriginal ? `${original} changed` : original;
      const stands = seen.find((one) => one.includes(`original-${round}`)) ?? '';
      expect([edits, `# adopted by rota: ${edits}`], JSON.stringify([adopted, seen.slice(-4)])).toContain(stands);
      // Never both, never none, of a line that is as it was: what was not adopted, or was put back, runs on. An edited one is another line.
      if (!isOriginal) expect(stands === edits, JSON.stringify(adopted)).toBe(adopted.outcome !== 'done');
      theirs.push(stands, line);
      const how = await expectMended(adopted, text, [installed, text]);
      ended[`${how}, line ${stands === edits ? 'on' : 'off'}`] =
        (ended[`${how}, line ${stands === edits ? 'on' : 'off'}`] ?? 0) + 1;
      installed = (await look()).jobs[0]?.text ?? '';
    }
    tell('an adoption and a hand edit', ended);
  });

  it('an apply waits while a person has the table open, and after ten seconds says who has', async () => {
    const opened = (takesMs: number, line: string) => {
      theirs.push(line);
      return two.act({ do: 'edit', text: line, takesMs });
    };
    const soon = opened(3000, '# saved soon');
    expect(await one.act({ do: 'apply', text: 'waits', afterMs: 1000 })).toMatchObject({ outcome: 'done' });
    expect(await soon).toMatchObject({ outcome: 'done' });
    expect(await expectWhole(['waits'])).toBe('waits');
    const late = opened(20_000, '# saved late');
    expect(await one.act({ do: 'apply', text: 'does not', afterMs: 1000 })).toMatchObject({
      outcome: 'ROTA_APPLY_FAILED',
      message: expect.stringMatching(/has the crontab open \(process \d+: crontab -e\)/),
    });
    expect(await late).toMatchObject({ outcome: 'done' });
    await expectWhole(['waits']);
  });

  it('a Rota that is killed while the program installs leaves the table from before or the new one, whole', async () => {
    const kill = 'case "$2" in -|*crontab.next) kill -KILL $PPID ;; esac';
    for (let round = 1; round <= 5; round++) {
      const dying = startActor(root, kill);
      await expect(dying.act({ do: 'apply', text: `dies ${round}` })).rejects.toThrow('an actor ended');
      // The program goes on by itself.
      await expect.poll(async () => foreign(await look())).toEqual(theirs);
      expect(await one.act({ do: 'apply', text: `lives ${round}` })).toMatchObject({ outcome: 'done' });
      await expectWhole([`lives ${round}`]);
    }
  });

  it(`a run and a hand edit do not touch each other, ${rounds} times`, async () => {
    for (let round = 1; round <= rounds; round++) {
      const line = `# edited ${round}`;
      const [ran, edited] = await atOnce(
        { do: 'run', text: '' },
        { do: 'edit', text: line, takesMs: 200 + Math.floor(random() * 200) },
      );
      expect([ran.outcome, edited.outcome], ran.message).toEqual(['success', 'done']);
      theirs.push(line);
      await expectWhole(['first']);
    }
  });
});

/** Inside, where the crontab is; `first` is done before each program that it starts. */
function startActor(root: string, first = ''): Actor {
  const program = join(root, first === '' ? 'program' : 'first');
  writeFileSync(program, `#!/bin/sh\n${first}\nexec "$@"\n`, { mode: 0o700 });
  const child = spawn(join(root, 'inside'), [process.execPath, join(root, 'actor.mjs'), program, root], {
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  afterFile(() => void child.kill());
  const lines = createInterface(child.stdout);
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`an actor ended with ${code}`)));
  ended.catch(() => undefined);
  return {
    async act(act) {
      const line = once(lines, 'line');
      child.stdin.write(`${JSON.stringify(act)}\n`);
      const [text] = await Promise.race([line, ended]);
      return JSON.parse(text);
    },
  };
}

/** Two branches that declare the two jobs. */
async function repositoryOf(root: string): Promise<void> {
  const repo = join(root, 'repo');
  mkdirSync(join(repo, 'jobs'), { recursive: true });
  const git = (...args: readonly string[]) =>
    output('git', ['-C', repo, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args]);
  await git('init', '--quiet', '--initial-branch=even');
  for (const branch of ['even', 'odd']) {
    if (branch === 'odd') await git('checkout', '--quiet', '-b', branch);
    for (const name of ['shared', 'other']) {
      const spec = { schedule: '0 0 29 2 *', command: '/bin/echo', args: [branch] };
      writeFileSync(
        join(repo, 'jobs', `${name}.yaml`),
        JSON.stringify({ apiVersion: 'v1', kind: 'Job', metadata: { name, tenant: 'acme' }, spec }),
      );
    }
    await git('add', '--all');
    await git('commit', '--quiet', '-m', branch);
  }
}

/** mulberry32: the same numbers for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How the rounds of a long run ended, for those who keep its results. */
function tell(what: string, ended: Readonly<Record<string, number>>, more = ''): void {
  if (process.env.ROTA_LONG) process.stdout.write(`${what}: ${JSON.stringify(ended)} ${more}\n`);
}
