import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec, requirePart, rootPart, temporaryFolder } from '@rota/test-support';
import { expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { namespaceLayout } from '../state/layout.ts';
import { endpoint } from './endpoint.test-support.ts';
import { readRecords } from './record/read-records.ts';
import type { RunRecord } from './record/run-record.ts';
import { runnerBundle, runnerUnderTest } from './runner-under-test.test-support.ts';

interface Ended {
  readonly code: number;
  readonly stderr: string;
}

interface Watched {
  readonly ends: readonly Ended[];
  /** The oldest first. */
  readonly records: readonly RunRecord[];
  readonly output: (record: RunRecord | undefined) => string;
  /** What the endpoint was told, in order. */
  readonly told: readonly { readonly status: string; readonly exit_code: number | null; readonly output: string }[];
}

/**
 * Runs a job whose state is on a small disk of its own, in a mount namespace that only these processes see. `script` is shell text with `$state`, `fill N`,
 * which leaves N pages free, `make_room`, and `run`.
 */
async function onSmallDisk(job: (state: string) => Partial<LaunchFile>, script: string): Promise<Watched> {
  const rota = await runnerUnderTest();
  const server = await endpoint();
  const checkin = { enabled: true, url: server.url, timeoutMs: 3_600_000, format: 'json', start: true, by: 'runner' } as const;
  const launch = rota.launchFile({ shell: true, checkin, ...job(rota.stateDir) });
  const [before, after] = [temporaryFolder(), temporaryFolder()];
  cpSync(rota.stateDir, before, { recursive: true });
  const text = `set -u; state=$1 before=$2 after=$3
    mount -t tmpfs -o size=1m none "$state" && cp -a "$before/." "$state"
    fill() { cat /dev/zero >"$state/.fill" 2>/dev/null; truncate -s -$(($1 * 4096)) "$state/.fill"; }
    make_room() { rm -f "$state/.fill"; }
    ends=0
    run() { ends=$((ends + 1)); timeout 60 "$4" "$5" "$6" >"$after/$ends.out" 2>"$after/$ends.err"; echo $? >"$after/$ends.code"; }
    ${script.replaceAll(/\brun\b/g, 'run "$1" "$2" "$3" "$4" "$5" "$6"')}
    cp -a "$state" "$after/state"`;
  const args = ['-m', 'sh', '-c', text, 'sh', rota.stateDir, before, after, process.execPath, await runnerBundle(), launch];
  const env = { PATH: process.env.PATH, HOME: rota.scratch };
  const result = await exec('unshare', args, { env, timeoutMs: 300_000 });
  expect(result.stderr).toBe('');
  const ends: Ended[] = [];
  const read = (name: string): string => readFileSync(join(after, `${ends.length + 1}.${name}`), 'utf8');
  while (existsSync(join(after, `${ends.length + 1}.code`))) ends.push({ code: Number(read('code')), stderr: read('err') });
  mkdirSync(join(after, 'state'), { recursive: true });
  const layout = namespaceLayout(join(after, 'state'), 'default');
  return {
    ends,
    records: [...readRecords(layout)].reverse(),
    output: (record) => readFileSync(join(layout.output, 'acme.job', `${record?.runId}.log`), 'utf8'),
    told: server.messages(),
  };
}

requirePart(rootPart)('a disk that fills while a job runs', () => {
  it('leaves the job its own end, which is told at once, and the next run makes up for the record', async () => {
    const { ends, records, told } = await onSmallDisk(
      (state) => ({
        command: [`[ -e ran ] && exit 0; touch ran; cat /dev/zero >"${state}/.fill" 2>/dev/null; echo hello; exit 3`],
      }),
      'run; make_room; run',
    );
    expect(ends.map(({ code }) => code)).toEqual([3, 0]);
    expect(ends[0]?.stderr).toMatch(/acme\/job ended in failure, but the state in .* cannot be .*ENOSPC/);
    expect(told.slice(0, 2)).toMatchObject([{ status: 'running' }, { status: 'failure', exit_code: 3, output: 'hello\n' }]);
    expect(records.map(({ status }) => status)).toEqual(['interrupted', 'success']);
  });

  it('costs output alone where the job makes room again, and the log says what is missing', async () => {
    const { ends, records, output, told } = await onSmallDisk(
      (state) => ({
        command: [
          // More than a pipe holds, so that the runner has had to take some of it meanwhile.
          `echo begin; until grep -qs begin "${state}"/namespaces/default/output/acme.job/*.log; do sleep 0.05; done
           cat /dev/zero >"${state}/.fill" 2>/dev/null; seq 80000; rm "${state}/.fill"; echo end`,
        ],
        output: { maxBytes: 1_000_000, keep: 10 },
      }),
      'run',
    );
    expect(records.map(({ status }) => status)).toEqual(['success']);
    expect(output(records[0])).toMatch(/^begin\n[\s\S]*\nrota: \d+ bytes are missing here: ENOSPC[^\n]*\n[\d\n]*end\n$/);
    expect(ends).toMatchObject([
      { code: 0, stderr: expect.stringMatching(/acme\/job: \d+ bytes of its output could not be kept: ENOSPC/) },
    ]);
    expect(told.at(-1)).toMatchObject({ status: 'success', output: expect.stringContaining('79999\n80000\nend\n') });
  });

  it('or was full before it keeps it from starting, which is told too', async () => {
    const { ends, records, told } = await onSmallDisk(() => ({ command: ['true'] }), 'fill 0; run; make_room; run');
    expect(ends.map(({ code }) => code)).toEqual([74, 0]);
    expect(told[0]).toMatchObject({
      status: 'failure',
      exit_code: null,
      output: expect.stringMatching(/^It was not run: .*ENOSPC/),
    });
    expect(told.slice(1)).toMatchObject([{ status: 'running' }, { status: 'success' }]);
    expect(records.map(({ status }) => status)).toEqual(['success']);
  });

  it('at one write after the other loses no run and counts none twice', async () => {
    const pages = [0, 1, 2, 3, 4, 5, 6];
    const { ends, records } = await onSmallDisk(
      (state) => ({ command: [`echo x >>starts; [ -e "${state}/.fill" ] && exit 3; exit 0`], checkin: null }),
      // Records and states of many lengths, so that a page's end falls into them.
      pages.map((free) => `fill ${free}; run; make_room; run`).join('\n'),
    );
    const starts = ends.filter(({ code }) => code !== 74).length;
    const codes = ends.map(({ code }) => code);
    expect(new Set(codes.filter((_, index) => index % 2 === 0))).toEqual(new Set([74, 3]));
    expect(codes.filter((_, index) => index % 2 === 1)).toEqual(pages.map(() => 0));
    expect(records.filter(({ status }) => status === 'success')).toHaveLength(pages.length);
    expect(records).toHaveLength(starts);
    expect(new Set(records.map(({ runId }) => runId)).size).toBe(starts);
  });
});
