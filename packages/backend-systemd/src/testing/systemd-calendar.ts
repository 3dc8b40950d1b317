import { execFile } from 'node:child_process';

/** A real `systemd-analyze`, by the words that start it. */
export type Analyzer = readonly string[];

/** A line to evaluate, with the number of elapses to ask for. */
export interface Question {
  readonly line: string;
  readonly iterations: number;
}

const perCall = 40;

/**
 * The elapses after `from` (exclusive) of each line, each computed by the real systemd from the one before. The zone is taken off the line
 * and given as `TZ`: the answers are the same, a hundred times faster, for with a zone systemd forks for every elapse.
 */
export async function realElapses(
  analyzer: Analyzer,
  questions: readonly Question[],
  from: number,
): Promise<readonly (readonly number[])[]> {
  const answers: number[][] = questions.map(() => []);
  const groups = new Map<string, number[]>();
  for (const [index, { line, iterations }] of questions.entries()) {
    const key = `${zoneOf(line)} ${2 ** Math.ceil(Math.log2(iterations))}`;
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  for (const [key, indexes] of groups) {
    const [zone = 'UTC', iterations = '1'] = key.split(' ');
    for (let at = 0; at < indexes.length; at += perCall) {
      const part = indexes.slice(at, at + perCall);
      const specs = part.map((index) => (questions[index]?.line ?? '').replace(/ [^ ]+$/, ''));
      const text = await analyze(analyzer, [`--iterations=${iterations}`, `--base-time=@${from}`, ...specs], zone);
      const blocks = text.split(/\n(?= *Original form| *Normalized form)/);
      let current = -1;
      let normalized = true;
      for (const block of blocks) {
        // A line that is already normal has no "Original form".
        if (/^ *Original form/.test(block)) {
          current++;
          normalized = false;
        } else {
          if (normalized) current++;
          normalized = true;
        }
        const answer = answers[part[current] ?? -1];
        if (answer === undefined) throw new Error(`systemd-analyze answered more than it was asked:\n${block}`);
        for (const match of block.matchAll(/(?:elapse|#\d+|UTC\)): \w{3} (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) UTC$/gm)) {
          const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
          answer.push(Date.UTC(year, month - 1, day, hour, minute, second) / 1000);
        }
      }
      if (current + 1 !== part.length)
        throw new Error(`systemd-analyze answered ${current + 1} of ${part.length} lines:\n${text}`);
    }
  }
  return answers;
}

/** What a timer does: the earliest elapse of any line triggers it, and every line is computed again from there. One call a line and step. */
export async function realTimer(
  analyzer: Analyzer,
  lines: readonly string[],
  from: number,
  to: number,
): Promise<readonly number[]> {
  const fires: number[] = [];
  for (let base = from; ; ) {
    const answers = await Promise.all(lines.map(async (line) => await elapseOrNone(analyzer, line, base)));
    const next = Math.min(...answers.flat());
    if (!(next < to)) return fires;
    fires.push(next);
    base = next;
  }
}

/** A line that systemd cannot compute ("Infinite loop") is passed over by the timer, which goes by its other lines. */
async function elapseOrNone(analyzer: Analyzer, line: string, base: number): Promise<readonly number[]> {
  try {
    return (await realElapses(analyzer, [{ line, iterations: 1 }], base)).flat();
  } catch (error) {
    if (String(error).includes('Infinite loop')) return [];
    throw error;
  }
}

function zoneOf(line: string): string {
  return line.slice(line.lastIndexOf(' ') + 1);
}

async function analyze([program = '', ...words]: Analyzer, args: readonly string[], zone: string): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', TZ: zone, LC_ALL: 'C' };
  return await new Promise((resolve, reject) => {
    execFile(program, [...words, 'calendar', ...args], { env, maxBuffer: 2 ** 30 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`systemd-analyze calendar ${args.join(' ')} (TZ=${zone}): ${stderr.trim() || error.message}`));
      else resolve(stdout);
    });
  });
}
