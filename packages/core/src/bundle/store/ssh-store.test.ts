import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandPart, requirePart } from '@rota/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeFiles } from '../../host/node-files.ts';
import { sampleBundle } from '../../testing/sample-bundle.ts';
import { storeConformance } from '../../testing/store-conformance.ts';
import { folderStore } from './folder-store.ts';
import { sshStore } from './ssh-store.ts';
import { type SshServer, sshServer } from './sshd.test-support.ts';

requirePart(commandPart('sshd', 'openssh-server'), commandPart('ssh', 'openssh-client'))('over a real sshd', () => {
  let server: SshServer;
  beforeAll(async () => {
    server = await sshServer();
  });
  afterAll(() => server.stop());
  const newFolder = (): string => mkdtempSync(join(tmpdir(), 'rota-ssh-store-'));
  const storeIn = (folder: string) => sshStore(server, join(folder, "it's a store"));

  storeConformance(
    { describe, it },
    {
      name: 'ssh',
      makePlace() {
        const folder = newFolder();
        return {
          open: () => storeIn(folder),
          foreign() {
            const inside = join(folder, "it's a store");
            nodeFiles.makeFolder(inside);
            const names = ['foreign', 'foreign.bundle.json', 'note.bundle.json', 'note', '-rf', 'two\nlines.bundle.json'];
            for (const name of names) writeFileSync(join(inside, name), name);
            return async () => names.map((name) => readFileSync(join(inside, name), 'utf8')).join();
          },
          remove: () => rmSync(folder, { recursive: true, force: true }),
        };
      },
      unreachable: () => sshStore({ host: 'nobody@127.0.0.1', options: ['Port=1'] }, '/nowhere'),
    },
  );

  it('has the form of a folder store, which the other machine may read as one', async () => {
    const folder = newFolder();
    const { content, sidecar, remove } = await sampleBundle();
    await storeIn(folder).put(content, sidecar);
    const local = folderStore({ files: nodeFiles }, join(folder, "it's a store"));
    expect(await local.list()).toEqual([sidecar]);
    remove();
    rmSync(folder, { recursive: true });
  });

  it('keeps nothing of what did not arrive as it was', async () => {
    const folder = newFolder();
    const { content, sidecar, remove } = await sampleBundle();
    truncateSync(content.file, sidecar.size - 1);
    await expect(storeIn(folder).put(content, sidecar)).rejects.toThrow('not all of it arrived');
    writeFileSync(content.file, Buffer.alloc(sidecar.size));
    await expect(storeIn(folder).put(content, sidecar)).rejects.toThrow('not what was sent');
    expect(readdirSync(join(folder, "it's a store"))).toEqual([]);
    remove();
    rmSync(folder, { recursive: true });
  });

  it('lists the others when one is removed while it looks', async () => {
    const folder = newFolder();
    const samples = [await sampleBundle(0), await sampleBundle(1)];
    for (const { content, sidecar } of samples) await storeIn(folder).put(content, sidecar);
    const [going, staying] = samples.map(({ sidecar }) => sidecar);
    // As if it were removed right before it is read.
    const program = `#!/bin/sh\ncase "$2" in *${going?.id}*) rm -- "$2" "\${2%.bundle.json}";; esac\nexec /bin/cat "$@"\n`;
    writeFileSync(join(folder, 'cat'), program, { mode: 0o755 });
    const slow = await sshServer({ PATH: `${folder}:${process.env.PATH}` });
    expect(await sshStore(slow, join(folder, "it's a store")).list()).toEqual([staying]);
    await slow.stop();
    for (const { remove } of samples) remove();
    rmSync(folder, { recursive: true });
  });
});
