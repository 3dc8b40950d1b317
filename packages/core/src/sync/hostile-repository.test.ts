import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GitWorkplace, gitWorkplace, manifest } from './git-workplace.test-support.ts';
import { readSyncStatus } from './sync-status.ts';

let place: GitWorkplace;
beforeEach(async () => {
  place = gitWorkplace();
  place.write('jobs/good.yaml', manifest('good'));
  place.commit();
  await place.sync();
});
afterEach(() => place.dispose());

const canary = (): string => join(place.root, 'executed');
/** A program that leaves a trace when anything starts it. */
function trap(): string {
  const path = join(place.root, 'trap');
  writeFileSync(path, `#!/bin/sh\necho "$0 $*" >>${canary()}\ncat\n`, { mode: 0o755 });
  return path;
}
async function expectRefused(code: string): Promise<void> {
  await expect(place.sync()).rejects.toMatchObject({ code });
  expect(place.installed()).toEqual(['default.acme.good']);
  expect(readSyncStatus(place.rota.host, 'default')).toMatchObject({ outcome: 'failed', error: { code } });
  const left = readdirSync(join(place.root, 'state/sync/default')).sort();
  expect(left).toEqual(['repository.git', 'status.json']);
}

describe('of a repository that somebody hostile fills', () => {
  it('nothing is executed: filters, hooks, monitors, commands in its settings', async () => {
    const program = trap();
    place.write('.gitattributes', '* filter=evil diff=evil merge=evil ident\n');
    place.write('.gitconfig', `[core]\n\tfsmonitor = ${program}\n`);
    place.write('.lfsconfig', '[lfs]\n\turl = file:///\n');
    place.write('jobs/good.yaml', manifest('good', { argument: '2' }));
    place.git('-c', 'core.attributesFile=/dev/null', 'add', '--all');
    place.commit();
    // What its own settings say is for whoever works in it, and that is nobody here.
    for (const [name, value] of [
      ['core.fsmonitor', program],
      ['core.sshCommand', program],
      ['core.hooksPath', join(place.repo, '.git/evil')],
      ['uploadpack.packObjectsHook', program],
      ['filter.evil.smudge', program],
      ['filter.evil.clean', program],
      ['filter.evil.process', program],
      ['filter.evil.required', 'true'],
      ['diff.evil.textconv', program],
      ['diff.external', program],
      ['log.showSignature', 'true'],
      ['gpg.program', program],
      ['core.pager', program],
      ['core.alternateRefsCommand', program],
    ] as const)
      place.git('config', name, value);
    mkdirSync(join(place.repo, '.git/evil'));
    for (const folder of ['hooks', 'evil'])
      for (const hook of [
        'post-checkout',
        'post-merge',
        'pre-receive',
        'post-receive',
        'update',
        'reference-transaction',
        'post-index-change',
        'fsmonitor-watchman',
      ]) {
        writeFileSync(join(place.repo, '.git', folder, hook), readFileSync(program));
        chmodSync(join(place.repo, '.git', folder, hook), 0o755);
      }
    expect(await place.sync()).toMatchObject({ outcome: 'applied' });
    expect(existsSync(canary()) ? readFileSync(canary(), 'utf8') : '').toBe('');
    // The trap does snap: git in the repository itself falls into it.
    // `--renormalize` asks the filter in any case, `status` only when a file is as young as the index.
    expect(() => place.git('add', '--renormalize', '.')).toThrow('trap');
    expect(existsSync(canary())).toBe(true);
  });

  it.each([
    ['an absolute link', 'jobs/out.yaml', (outside: string) => join(outside, 'job.yaml')],
    ['a link that climbs', 'jobs/out.yaml', () => '../../../../outside/job.yaml'],
    ['a folder that is a link', 'jobs/more', (outside: string) => outside],
    ['a detour through a link', 'jobs/out.yaml', () => 'good.yaml/../../../outside/job.yaml'],
  ])('nothing outside is read: %s', async (_, path, target) => {
    const outside = join(place.root, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'job.yaml'), manifest('stolen'));
    const blob = join(place.root, 'target');
    writeFileSync(blob, target(outside));
    const id = place.git('hash-object', '-w', blob).trim();
    place.git('update-index', '--add', '--cacheinfo', `120000,${id},${path}`);
    place.git('commit', '--quiet', '-m', 'A link');
    await expectRefused('ROTA_SYNC_TREE');
  });

  it('what is too large is refused before it is unpacked', async () => {
    // A kilobyte or so on the way, a hundred MiB here.
    place.write('jobs/bomb.yaml', '#'.repeat(100 * 1024 * 1024));
    place.commit();
    await expectRefused('ROTA_SYNC_TREE');
  });

  it('aliases that grow without end are an error, not the end of memory', async () => {
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x]'];
    for (let level = 1; level < 12; level++)
      lines.push(
        `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(',')}]`,
      );
    place.write('jobs/bomb.yaml', lines.join('\n'));
    place.commit();
    await expectRefused('ROTA_DECLARATION_INVALID');
  });

  it('names with line ends, quotes, options and letters that are no text are files like any other', async () => {
    for (const [index, name] of ['a\nb', '--upload-pack=x', 'it\'s "x"', '$(touch executed)', ' ', 'é\u202e'].entries())
      place.write(`jobs/${name}.yaml`, manifest(`odd-${index}`));
    place.commit();
    expect(await place.sync()).toMatchObject({ outcome: 'applied' });
    expect(place.installed()).toHaveLength(7);
    expect(existsSync(canary())).toBe(false);
  });

  it('names that would be written elsewhere are refused', async () => {
    const id = place.git('hash-object', '-w', join(place.repo, 'jobs/good.yaml')).trim();
    // As no working copy can hold it: git itself refuses to add such names.
    const sub = place.git('mktree', '--missing').trim();
    expect(sub).toMatch(/^[0-9a-f]{40}$/);
    for (const name of ['..', '.git', '.GIT']) {
      const input = `100644 blob ${id}\tx.yaml\n`;
      const inner = place.gitWith(input, 'mktree').trim();
      const top = place.gitWith(`040000 tree ${inner}\t${name}\n`, 'mktree').trim();
      const commit = place.git('commit-tree', top, '-p', 'HEAD', '-m', name).trim();
      place.git('update-ref', 'refs/heads/main', commit);
      await expectRefused('ROTA_SYNC_TREE');
    }
  });
});

it('git that is killed while it fetches leaves no half repository: the next sync works', async () => {
  const copy = join(place.root, 'state/sync/default');
  let killed = 0;
  const delays = process.env.ROTA_LONG ? [5, 10, 20, 40, 80, 160, 320] : [40];
  // A fetch may have ended before it was seen.
  for (let round = 0; round < delays.length || (killed === 0 && round < 50); round += 1) {
    const delayMs = delays[round] ?? 0;
    // Something that takes a while.
    place.write(
      'data.bin',
      Buffer.from(crypto.getRandomValues(new Uint8Array(65_536)))
        .toString('hex')
        .repeat(16),
    );
    place.write('jobs/good.yaml', manifest('good', { argument: String(round) }));
    const revision = place.commit();
    const [ended, count] = await withFetchKilled(delayMs, () => place.sync());
    killed += count;
    if (ended instanceof Error)
      expect(ended).toMatchObject({ code: expect.stringMatching(/^ROTA_(SYNC_UNREACHABLE|COMMAND_FAILED)$/) });
    expect(place.installed()).toEqual(['default.acme.good']);
    expect((await place.sync()).revision.id).toBe(revision);
    expect(readdirSync(copy).sort()).toEqual(['repository.git', 'status.json']);
  }
  expect(killed).toBeGreaterThan(0);
  // One that cannot be fetched in time leaves as much as was fetched, every quarter of an hour: git itself keeps that for two weeks.
  const packs = join(copy, 'repository.git/objects/pack');
  for (const name of ['pack/tmp_pack_abcdef', 'pack/tmp_idx_abcdef', 'aa/tmp_obj_abcdef']) {
    mkdirSync(dirname(join(packs, '..', name)), { recursive: true });
    writeFileSync(join(packs, '..', name), 'half');
  }
  await place.sync();
  expect(readdirSync(join(packs, '..'), { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('tmp_'))).toEqual(
    [],
  );
});

/** Ends a `git fetch` of this very process with SIGKILL, a moment after it is seen; answers how many. */
async function withFetchKilled(delayMs: number, work: () => Promise<unknown>): Promise<readonly [unknown, number]> {
  const seen = new Set<string>();
  let count = 0;
  const look = setInterval(() => {
    for (const pid of readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ')) {
      if (pid === '' || seen.has(pid) || !commandOf(pid).includes('\0fetch\0')) continue;
      seen.add(pid);
      setTimeout(() => {
        if (!commandOf(pid).includes('\0fetch\0')) return;
        process.kill(Number(pid), 'SIGKILL');
        count += 1;
      }, delayMs);
    }
  }, 5);
  const ended = await work().catch((error: unknown) => error);
  clearInterval(look);
  return [ended, count];
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
