import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { exec, requirePart, rootPart } from '@rota/test-support';
import { expect, it } from 'vitest';
import { runnerBundle, runnerUnderTest } from './runner-under-test.test-support.ts';

/** In a network of its own, whose name server takes every question and answers none, and where a question is given up after minutes only. */
const script = `set -eu
ip link set lo up
echo nameserver 127.0.0.1 >"$1/resolv.conf"
mount --bind "$1/resolv.conf" /etc/resolv.conf
"$2" -e 'require("node:dgram").createSocket("udp4").on("message", () => require("node:fs").appendFileSync(process.argv[1], "x")).bind(53, "127.0.0.1", () => console.log())' "$1/asked" >"$1/up" &
trap 'kill $!' EXIT
until [ -s "$1/up" ]; do sleep 0.05; done
RES_OPTIONS='timeout:30 attempts:5' timeout -s KILL 60 "$2" "$3" "$4"
test -e "$1/asked"`;

/** Runs a job there; answers how many questions the name server took. */
async function runThere(scratch: string, launch: string): Promise<number> {
  const args = ['-mn', 'sh', '-c', script, 'sh', scratch, process.execPath, await runnerBundle(), launch];
  const result = await exec('unshare', args, { timeoutMs: 120_000 });
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  const asked = readFileSync(join(scratch, 'asked'), 'utf8').length;
  rmSync(join(scratch, 'asked'));
  return asked;
}

requirePart(rootPart)('a name server that answers nothing', () => {
  it('holds nobody up: the runner ends, and its report waits in the spool', async () => {
    const rota = await runnerUnderTest();
    const url = 'http://monitor.example/api/checkins';
    const launch = rota.launchFile({
      checkin: { enabled: true, url, timeoutMs: 3_600_000, format: 'json', start: true, by: 'runner' },
    });
    await runThere(rota.scratch, launch);
    expect(rota.records()).toMatchObject([{ status: 'success' }]);
    expect(rota.spooled()).toHaveLength(1);
  });

  it('is asked once by each run, however many reports wait for the same endpoint', async () => {
    const rota = await runnerUnderTest();
    const url = 'http://monitor.example/api/checkins';
    const launch = rota.launchFile({
      checkin: { enabled: true, url, timeoutMs: 3_600_000, format: 'json', start: false, by: 'runner' },
    });
    const first = await runThere(rota.scratch, launch);
    expect(await runThere(rota.scratch, launch)).toBe(first);
    expect(await runThere(rota.scratch, launch)).toBe(first);
    expect(rota.spooled()).toHaveLength(3);
  });
});
