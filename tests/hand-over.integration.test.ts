import { existsSync, readFileSync } from 'node:fs';
import { cron } from '@rota/backend-cron';
import { systemd } from '@rota/backend-systemd';
import { createRota, defineSchedule, firesBetween, type Host, type Job } from '@rota/core';
import { sampleJob } from '@rota/core/testing';
import {
  commandPart,
  cronPart,
  exec,
  output,
  repositoryRoot,
  requirePart,
  rootPart,
  userSystemd,
  userSystemdPart,
} from '@rota/test-support';
import { expect, it } from 'vitest';
import { virtualCron } from '../packages/backend-cron/src/virtual-cron.test-support.ts';
import { userHost } from '../packages/backend-systemd/src/testing/user-host.ts';

const runner = {
  name: 'the built runner',
  present: existsSync(`${repositoryRoot}packages/core/dist/rota-run.cjs`),
  install: 'npm run build',
};
const describe = requirePart(rootPart, cronPart, commandPart('cc', 'gcc'), userSystemdPart, runner);

const day = 86_400;
const seconds = (): number => Math.floor(Date.now() / 1000);
const text = (second: number): string => new Date(second * 1000).toISOString().replace('.000Z', 'Z');
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const numbers = (values: readonly number[]): string => [...new Set(values)].sort((a, b) => a - b).join(',');

/** Due every minute for a quarter of an hour around `now`, each day. */
function aroundNow(now: number): string {
  const minutes = Array.from({ length: 16 }, (_, index) => new Date((now + (index - 4) * 60) * 1000));
  return `${numbers(minutes.map((at) => at.getUTCMinutes()))} ${numbers(minutes.map((at) => at.getUTCHours()))} * * *`;
}

/**
 * One machine of two parts: cron's daemon, which is real and whose clock is virtual, and a real user manager, whose clock cannot be. The virtual day
 * ends where the real minutes begin, and the next one begins where they end. While cron has the jobs, the whole machine goes by cron's clock: what
 * waits, waits there, and the daemon lives meanwhile.
 */
async function machineOfTwo(folder: string, user: Awaited<ReturnType<typeof userSystemd>>) {
  const virtual = await virtualCron('debian', 'UTC');
  const own = userHost(user);
  let [clock, reached] = ['virtual', 0];
  // Cron's jobs run as root here, those of the manager as the user.
  const handOver = (): Promise<string> => output('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
  /** A daemon begins with the minute after the one in which it starts, which is the one that the daemon before it ended in. */
  const live = async (to: number, start: 'boot' | 'restart' = 'restart'): Promise<void> => {
    await virtual.live(reached, to, start, host.stateDir);
    reached = to;
    await handOver();
  };
  const host: Host = {
    ...own,
    timezone: 'UTC',
    stateDir: `${folder}/state`,
    now: () => (clock === 'virtual' ? reached * 1000 : Date.now()),
    sleep: (ms, signal) => (clock === 'virtual' ? live(reached + Math.ceil(ms / 1000)) : own.sleep(ms, signal)),
    run: (request) => (request.file === 'crontab' ? virtual.host.run(request) : own.run(request)),
    files: {
      ...own.files,
      list: (path) => (path === '/proc' ? virtual.host.files.list(path) : own.files.list(path)),
      readText: (path) => (path === '/proc/1/comm' ? virtual.host.files.readText(path) : own.files.readText(path)),
    },
  };
  return {
    host,
    live,
    reached: () => reached,
    setClock(kind: 'virtual' | 'real', at: number) {
      clock = kind;
      reached = at;
      virtual.setClock(at);
    },
  };
}

describe('a job that moves from cron to systemd and back', () => {
  it('is run exactly once for every fire time, one that was missed while neither ran included: a virtual day on cron, real minutes on systemd, a virtual day on cron', async () => {
    const user = await userSystemd('rota-move');
    const folder = `${user.home}/hand-over`;
    await output('rm', ['-rf', folder]);
    await user.output('mkdir', ['-p', `${folder}/state`]);
    const machine = await machineOfTwo(folder, user);
    const out = `${folder}/out`;
    const job = (name: string, expression: string, timezone: string): Job =>
      sampleJob(name, {
        trigger: { kind: 'schedule', expression, timezone },
        command: ['/bin/sh', '-c', `echo ${name} >> ${out}`],
      });
    // Due right after the first virtual day, when the machine is off until the move, and again when it is off on the second.
    const missed = Math.floor(seconds() / 60) * 60;
    const sixLater = missed + 6 * 3600;
    const [at, later] = [missed, sixLater].map((second) => new Date(second * 1000));
    const kept = `${at?.getUTCMinutes()} ${at?.getUTCHours()},${later?.getUTCHours()} * * *`;
    const jobs = [
      { ...job('kept', kept, 'UTC'), persistent: true },
      job('minutely', aroundNow(seconds()), 'UTC'),
      job('abroad', '*/30 * * * *', 'Europe/London'),
      job('nightly', '30 2 * * *', 'local'),
    ];
    const rota = createRota({ host: machine.host, backends: [cron(), systemd()], namespace: 'handover' });
    const declaration = {
      namespace: 'handover',
      source: 'test',
      hostname: machine.host.hostname,
      jobs,
      excluded: [],
      warnings: [],
    };
    const moveTo = async (backend: 'cron' | 'systemd'): Promise<void> => {
      const { changes } = await rota.apply(await rota.plan(declaration, { backend }));
      expect(changes.map(({ action }) => action)).toEqual(jobs.map(() => 'move'));
    };
    const records = (): Promise<
      readonly { readonly name: string; readonly scheduledAt: string | null; readonly backend: string }[]
    > => rota.history({ limit: 5000 });
    try {
      const start = missed - day;
      machine.setClock('virtual', start);
      await rota.apply(await rota.plan(declaration, { backend: 'cron' }));
      // Between two minutes, so that each is either before or after.
      const left = missed - 30;
      await machine.live(left);
      // Off until the virtual clock is where the real one is, and there is time until the next fire.
      while (seconds() % 60 < 20 || seconds() % 60 > 30) await sleep(500);
      machine.setClock('virtual', seconds());
      await moveTo('systemd');
      const off = [{ from: left, to: Math.max(seconds(), machine.reached()) }];
      machine.setClock('real', seconds());
      const isCounted = (at: number): boolean => off.every(({ from, to }) => at <= from || at > to);

      const wanted = process.env.ROTA_LONG ? 5 : 1;
      const onSystemd = async (): Promise<number> =>
        (await records()).filter(({ name, backend }) => name === 'minutely' && backend === 'systemd').length;
      await expect.poll(onSystemd, { timeout: 400_000, interval: 1000 }).toBeGreaterThanOrEqual(wanted);
      await moveTo('cron');
      const [latest] = (await rota.generations()).slice(-1);
      const back = Date.parse(latest?.createdAt ?? '') / 1000;
      machine.setClock('virtual', back);
      const end = back + day;
      await machine.live(sixLater - 1770);
      off.push({ from: sixLater - 1770, to: sixLater + 1830 });
      machine.setClock('virtual', sixLater + 1830);
      await machine.live(end, 'boot');

      const all = await records();
      for (const { name, trigger } of jobs) {
        if (trigger.kind !== 'schedule') continue;
        const declared = defineSchedule(trigger.expression, trigger.timezone === 'local' ? 'UTC' : trigger.timezone);
        // What was missed is caught up by whoever has the job then, where that was asked for.
        const isMeant = (at: number): boolean => name === 'kept' || isCounted(at);
        const due = firesBetween(declared, start + 1, end).filter(isMeant);
        const ran = all.filter((record) => record.name === name).map(({ scheduledAt }) => scheduledAt ?? 'never');
        expect(ran.filter((at) => isMeant(Date.parse(at) / 1000)).sort(), name).toEqual(due.map(text));
      }
      const caughtUp = all.filter(({ name, scheduledAt }) => name === 'kept' && !isCounted(Date.parse(scheduledAt ?? '') / 1000));
      expect(caughtUp.map(({ scheduledAt, backend }) => [scheduledAt, backend]).sort()).toEqual([
        [text(missed), 'systemd'],
        [text(sixLater), 'cron'],
      ]);
      expect(new Set(all.map(({ backend }) => backend))).toEqual(new Set(['cron', 'systemd']));
      // Not only the records say so: the jobs themselves wrote a line each time.
      const lines = readFileSync(out, 'utf8').trimEnd().split('\n').sort();
      expect(lines).toEqual(all.map(({ name }) => name).sort());
    } finally {
      await rota.destroy();
      await exec('rm', ['-rf', folder]);
    }
  });
});
