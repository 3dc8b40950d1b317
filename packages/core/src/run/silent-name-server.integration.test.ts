import { exec, requirePart, rootPart } from '@rota/test-support';
import { expect, it } from 'vitest';
import { runnerBundle, runnerUnderTest } from './runner-under-test.test-support.ts';

/** In a network of its own, whose name server takes every question and answers none, and where a question is given up after minutes only. */
const script = `set -eu
ip link set lo up
echo nameserver 127.0.0.1 >"$1/resolv.conf"
mount --bind "$1/resolv.conf" /etc/resolv.conf
"$2" -e 'require("node:dgram").createSocket("udp4").on("message", () => require("node:fs").writeFileSync(process.argv[1], "")).bind(53, "127.0.0.1", () => console.log())' "$1/asked" >"$1/up" &
trap 'kill $!' EXIT
until [ -s "$1/up" ]; do sleep 0.05; done
RES_OPTIONS='timeout:30 attempts:5' timeout -s KILL 60 "$2" "$3" "$4"
test -e "$1/asked"`;

requirePart(rootPart)('a name server that answers nothing', () => {
  it('holds nobody up: the runner ends, and its report waits in the spool', async () => {
    const rota = await runnerUnderTest();
    const url = 'http://monitor.example/api/checkins';
    const launch = rota.launchFile({
      checkin: { enabled: true, url, timeoutMs: 3_600_000, format: 'json', start: true, by: 'runner' },
    });
    const args = ['-mn', 'sh', '-c', script, 'sh', rota.scratch, process.execPath, await runnerBundle(), launch];
    const result = await exec('unshare', args, { timeoutMs: 120_000 });
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(rota.records()).toMatchObject([{ status: 'success' }]);
    expect(rota.spooled()).toHaveLength(1);
  });
});
