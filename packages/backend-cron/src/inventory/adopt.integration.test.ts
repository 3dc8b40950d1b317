import { chownSync } from 'node:fs';
import {
  applyPlan,
  declareEntries,
  diagnose,
  type ForeignSwitch,
  type Host,
  jobContext,
  makePlan,
  parseManifests,
  printManifest,
  rollback,
} from '@rota/core';
import { cronPart, requirePart, rootPart, temporaryFolder } from '@rota/test-support';
import { beforeAll, describe, expect, it } from 'vitest';
import { cron } from '../cron.ts';
import { readTable } from '../crontab-program/read-table.ts';
import { type PrivateCrontab, privateCrontab } from '../private-crontab.test-support.ts';

const backend = { ...cron(), detect: async () => ({ usable: true, dialect: { name: 'debian' }, findings: [] }) };
const table =
  'MAILTO=root\nA="x  y"\n# Backs up\n0 1 * * *  /opt/backup --all  \n0 1 * * *  /opt/backup --all  \n#Ansible: theirs\n0 2 * * * b\n@reboot c \\% d\n';
const body = (spool: Buffer | undefined): string => (spool?.toString('latin1') ?? '').split('\n').slice(3).join('\n');

requirePart(rootPart, cronPart)("The crontab of Debian's cron", () => {
  let crontab: PrivateCrontab;
  beforeAll(async () => {
    crontab = await privateCrontab();
  });

  describe.each(['root', 'nobody'] as const)('of %s', (user) => {
    const install = async (host: Host, text: string) => void (await host.run({ file: 'crontab', args: ['-'], input: text }));
    const imported = async (host: Host) => {
      const entries = (await backend.inventory?.(host))?.filter(({ id }) => id.startsWith('crontab:')) ?? [];
      const text = (await declareEntries(entries, { tenant: 'acme' })).flatMap(({ manifest, ...rest }) =>
        manifest === null ? [] : [printManifest({ ...rest, manifest })],
      );
      return (await parseManifests(text.join('---\n'), 'imported.yaml', jobContext(host))).jobs;
    };
    const plan = async (host: Host, adopt = true) =>
      makePlan({
        host,
        backends: [backend],
        declared: {
          namespace: 'default',
          source: '/jobs',
          jobs: await jobsOf(host),
          excluded: [],
          hostname: 'here',
          warnings: [],
        },
        backend: 'cron',
        adopt,
      });
    let known: Awaited<ReturnType<typeof imported>> = [];
    const jobsOf = async (host: Host) => (known.length === 0 ? await imported(host) : known);
    /** Between two fire times, so that nothing has to be waited for. */
    const quiet = (host: Host): Host => ({ ...host, now: () => Date.UTC(2026, 10, 21, 12, 30) });

    it('gives its lines to jobs in one step, and gets them back byte for byte', async () => {
      const host = quiet(crontab.host(user));
      await install(host, table);
      known = await imported(host);
      expect(known.map(({ name, trigger }) => [name, trigger.kind])).toEqual([
        ['backup', 'schedule'],
        ['backup-2', 'schedule'],
        ['c', 'boot'],
      ]);
      const { generation } = await applyPlan({ host, backends: [backend], plan: await plan(host) });
      expect(generation).toBe(1);
      const { text } = await readTable(host);
      expect(text.match(/^# rota job acme\/(backup|backup-2|c) /gm)).toHaveLength(3);
      expect(text.slice(text.indexOf('# END rota'))).toBe(
        `# END rota default\n${table.replace(/^(0 1 |@reboot)/gm, '# adopted by rota: $1')}`,
      );
      expect((await plan(host)).changes.map(({ action }) => action)).toEqual(['none', 'none', 'none']);
      await rollback({ host, backends: [backend], namespace: 'default', to: { kind: 'nothing' } });
      expect(body(await crontab.spool(user))).toBe(table);
    });

    it('stays whole when any call of the program fails on the way', async () => {
      for (let at = 1; at < 40; at++) {
        const host = quiet(crontab.host(user));
        await install(host, table);
        known = await imported(host);
        let calls = 0;
        const failing: Host = {
          ...host,
          run: async (request) => {
            calls += 1;
            if (calls === at)
              return { exitCode: 1, signal: null, stdout: '', stderr: 'No space left on device', timedOut: false };
            return host.run(request);
          },
        };
        const made = await plan(host);
        const failed = await applyPlan({ host: failing, backends: [backend], plan: made }).then(
          () => false,
          () => true,
        );
        if (failed) expect(body(await crontab.spool(user)), `call ${at}`).toBe(table);
        else expect((await readTable(host)).text.match(/^# adopted by rota: /gm), `call ${at}`).toHaveLength(3);
        await rollback({ host, backends: [backend], namespace: 'default', to: { kind: 'nothing' } });
        expect(body(await crontab.spool(user)), `call ${at}`).toBe(table);
        if (!failed && calls < at) return;
      }
      throw new Error('an apply needs more calls than that');
    });

    /** Two lines of one command, each adopted by an apply of its own, in this order. */
    const adoptedInTurn = async (order: readonly number[]): Promise<Host> => {
      const host = { ...quiet(crontab.host(user)), stateDir: temporaryFolder() };
      if (user === 'nobody') chownSync(host.stateDir, 65534, 65534);
      await install(host, 'M=1\n0 1 * * * a\n0 13 * * * a\n');
      known = [];
      const jobs = await imported(host);
      for (const count of [1, 2]) {
        known = jobs.filter((job) => order.slice(0, count).some((at) => jobs[at] === job));
        await applyPlan({ host, backends: [backend], plan: await plan(host) });
      }
      return host;
    };

    const doctorsWords = async (host: Host, namespace?: string) =>
      (await diagnose({ host, backends: [backend], namespace })).findings.flatMap(({ code, severity, message, remedy }) =>
        code === 'original.off' ? [[severity, message, remedy]] : [],
      );

    it.each([
      ['a setting above was edited', [0, 1], (text: string) => text.replace('M=1', 'M=2'), 'stays off'],
      ['it was removed', [1, 0], (text: string) => text.replace('# adopted by rota: 0 1 * * * a\n', ''), 'is gone'],
      ['its times were edited', [0, 1], (text: string) => text.replace(': 0 13', ': 0 14'), 'runs'],
    ])('gets no line of another job back where %s', async (_, order, edit, outcome) => {
      const host = await adoptedInTurn(order);
      const edited = edit((await readTable(host)).text);
      await install(host, edited);
      const { originals } = await rollback({ host, backends: [backend], namespace: 'default', to: { kind: 'generation' } });
      const lines = (await readTable(host)).text.split('# END rota default\n')[1];
      const mine = edited.split('# END rota default\n')[1] ?? '';
      expect(lines).toBe(outcome === 'runs' ? mine.replace('# adopted by rota: 0 14', '0 14') : mine);
      const told = originals?.map(({ state, leftOff }) => [state, leftOff?.includes('crontab -e')]);
      expect(told).toEqual([outcome === 'stays off' ? ['off', true] : ['on', undefined]]);
      if (outcome !== 'stays off') expect(await doctorsWords(host)).toEqual([]);
      await rollback({ host, backends: [backend], namespace: 'default', to: { kind: 'nothing' } });
      await host.run({ file: 'crontab', args: ['-r'] });
    });

    it('has a line that stays off told by the doctor until somebody switches it on or removes it', async () => {
      const host = await adoptedInTurn([0, 1]);
      expect(await doctorsWords(host)).toEqual([]);
      await install(host, (await readTable(host)).text.replace('M=1', 'M=2'));
      await rollback({ host, backends: [backend], namespace: 'default', to: { kind: 'generation' } });
      const words = [
        'warning',
        expect.stringMatching(
          /^Of 2 lines that are off, jobs of the state in \S+ have the place of 1 only: crontab:\d+ `0 1 \* \* \* a`, crontab:\d+ `0 13 \* \* \* a`\.$/,
        ),
        expect.stringMatching(/^If no job of another state folder .*: crontab -e, and remove `# adopted by rota:` before a line/),
      ];
      expect([await doctorsWords(host), await doctorsWords(host)]).toEqual([[words], [words]]);
      const { text } = await readTable(host);
      for (const acted of [text.replace('# adopted by rota: 0 13', '0 13'), text.replace(/^# adopted by rota: 0 13.*\n/m, '')]) {
        await install(host, acted);
        expect(await doctorsWords(host)).toEqual([]);
      }
      await install(host, text);
      await rollback({ host, backends: [backend], namespace: 'default', to: { kind: 'nothing' } });
      await host.run({ file: 'crontab', args: ['-r'] });
    });

    it('has no line told as left off whose place a job may have that the state does not know', async () => {
      const host = await adoptedInTurn([0, 1]);
      const lost = { ...host, stateDir: temporaryFolder() };
      if (user === 'nobody') chownSync(lost.stateDir, 65534, 65534);
      const codes = (await diagnose({ host: lost, backends: [backend] })).findings.map(({ code }) => code);
      expect(codes.filter((code) => /^(entries|original)\./.test(code))).toEqual(['entries.unknown']);
      expect(await doctorsWords(lost, 'elsewhere')).toEqual([]);
      // As the doctor says: the state has the jobs again, and nothing but their declaration says whose place they have.
      await applyPlan({ host: lost, backends: [backend], plan: await plan(lost) });
      expect(await doctorsWords(lost)).toEqual([]);
      await rollback({ host: lost, backends: [backend], namespace: 'default', to: { kind: 'nothing' } });
      expect(await doctorsWords(lost)).toEqual([
        [
          'warning',
          expect.stringMatching(/^2 lines are off, and no job of the state in \S+ has their place: /),
          expect.anything(),
        ],
      ]);
      await host.run({ file: 'crontab', args: ['-r'] });
    });

    it('is told of a line that stays off also by who makes good a rollback that was cut off', async () => {
      const host = await adoptedInTurn([0, 1]);
      // From the check of the new table on the machine answers nothing, so that nothing can be undone either.
      let isGone = false;
      const dying: Host = {
        ...host,
        async run(request) {
          isGone ||= request.file === 'crontab' && request.args[0] === '-n';
          return isGone ? { exitCode: 1, signal: null, stdout: '', stderr: 'gone', timedOut: false } : await host.run(request);
        },
      };
      const cutOff = rollback({ host: dying, backends: [backend], namespace: 'default', to: { kind: 'generation' } });
      await expect(cutOff).rejects.toMatchObject({ code: 'ROTA_APPLY_INCOMPLETE' });
      await install(host, (await readTable(host)).text.replace('M=1', 'M=2'));
      const next = await rollback({ host, backends: [backend], namespace: 'default', to: { kind: 'nothing' } });
      expect(next.recovered).toMatchObject({
        outcome: 'completed',
        leftOff: [expect.stringMatching(/^cron crontab:.* stays off\. .*crontab -e/)],
      });
      await host.run({ file: 'crontab', args: ['-r'] });
    });

    it('is not written when a line is not what was imported', async () => {
      const host = crontab.host(user);
      await install(host, table);
      const [entry] = (await backend.inventory?.(host)) ?? [];
      if (entry?.identity === undefined) throw new Error('nothing to adopt');
      const off: ForeignSwitch = {
        original: { backend: 'cron', dialect: { name: 'debian' }, id: entry.id, ...entry.identity },
        to: 'off',
        mustExist: true,
      };
      await install(host, table.replace('A="x  y"', 'A=z'));
      await expect(
        backend.switchForeign?.(host, { dialect: { name: 'debian' }, switches: [off], handledUntil: 0 }),
      ).rejects.toMatchObject({
        code: 'ROTA_ADOPT_CHANGED',
      });
      expect(body(await crontab.spool(user))).toBe(table.replace('A="x  y"', 'A=z'));
      await host.run({ file: 'crontab', args: ['-r'] });
    });
  });

  it('shows the lines of the system that run as the user, and only those', async () => {
    const host = crontab.host('nobody');
    const inside: Host = {
      ...host,
      files: {
        ...host.files,
        list: (path) => (path === '/etc/cron.d' ? ['ours', 'ours.bak'] : host.files.list(path)),
        readText: (path) =>
          path === '/etc/cron.d/ours'
            ? 'X=1\n5 4 * * * nobody /opt/a\n5 4 * * * root /opt/b\n@daily nobody cat%in\n'
            : host.files.readText(path),
      },
    };
    const found = (await backend.inventory?.(inside)) ?? [];
    expect(
      found.filter(({ id }) => id.startsWith('/etc/cron.d')).map(({ id, reading, identity }) => [id, reading?.command, identity]),
    ).toEqual([
      ['/etc/cron.d/ours:2', ['/opt/a'], undefined],
      ['/etc/cron.d/ours:4', ["{ cat\n} <<'ROTA_INPUT'\nin\nROTA_INPUT"], undefined],
    ]);
  });
});
