import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandPart, exec, nixFolder, output, repositoryRoot, requirePart, schemaProblems } from '@rota/test-support';
import { expect, test } from 'vitest';

// The apps of `nix/`, evaluated and run by real nix from the flake of somebody who uses them, with the built command.
const describeWithNix = requirePart(commandPart('nix', 'nix-bin'), commandPart('git'), {
  name: 'the build',
  present: () => existsSync(join(repositoryRoot, 'examples/cli/dist/main.js')),
  install: 'npm run build',
});

const flake = `{
  inputs.rota.url = "path:${join(repositoryRoot, 'nix')}";
  outputs = { self, rota }: {
    apps = rota.lib.mkRotaApps { registry = ./targets.json; prefix = "home"; };
    fromNames = builtins.attrNames (rota.lib.mkRotaApps { registry = [ "web" ]; }).x86_64-linux;
    fromSet = builtins.attrNames (rota.lib.mkRotaApps { registry = { web = { }; }; systems = [ "riscv64-linux" ]; }).riscv64-linux;
    refused = rota.lib.mkRotaApps { registry = [ "-rf" ]; };
    packages = builtins.listToAttrs (map (system: { name = system; value.web = derivation {
      name = "web"; inherit system; builder = "/bin/sh"; args = [ "-c" "echo built > $out" ];
    }; }) [ "x86_64-linux" "aarch64-linux" ]);
  };
}
`;

const config = `targets:
  - { name: web, attr: 'packages.{system}.web', hints: ['web/**'], deployment: { mode: command, host: hub, deploy: [/bin/true] } }
  - { name: data, attr: 'packages.{system}.data', hints: ['data/**'] }
`;

const schema = JSON.parse(readFileSync(join(repositoryRoot, 'packages/core/schemas/targets.schema.json'), 'utf8'));

/** An answer of `rota targets ... --json`, which is as its published schema says. */
function answerOf(stdout: string) {
  const answer = JSON.parse(stdout);
  expect(schemaProblems(schema, answer)).toBe('');
  return answer;
}

describeWithNix('lib.mkRotaApps', () => {
  test('gives the apps of a registry, which run rota in the checkout of whoever runs them', async () => {
    const { folder, env: nixEnv } = nixFolder();
    const checkout = join(folder, 'checkout');
    const tools = join(folder, 'tools');
    for (const path of [checkout, tools]) mkdirSync(path);
    const rota = join(tools, 'rota');
    writeFileSync(rota, `#!/bin/sh\nexec ${process.execPath} ${join(repositoryRoot, 'examples/cli/bin.js')} "$@"\n`);
    chmodSync(rota, 0o755);
    const env = {
      ...process.env,
      ...nixEnv,
      PATH: `${tools}:${process.env.PATH ?? ''}`,
      GIT_CONFIG_GLOBAL: '/dev/null',
      ROTA_STATE_DIR: join(folder, 'rota'),
      CI: undefined,
    };
    const call = { cwd: checkout, env, timeoutMs: 120_000 };
    writeFileSync(join(checkout, 'flake.nix'), flake);
    writeFileSync(join(checkout, 'jobs.config.yaml'), config);
    const listed = await output(rota, ['targets', 'list', '--json'], call);
    writeFileSync(join(checkout, 'targets.json'), listed);
    await output('git', ['init', '--quiet'], call);
    const commit = async (): Promise<void> => {
      await output('git', ['add', '--all'], call);
      await output('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '--quiet', '--message=x'], call);
    };
    await commit();
    await output('nix', ['flake', 'lock'], call);
    await commit();

    const system = await output('nix', ['eval', '--impure', '--raw', '--expr', 'builtins.currentSystem'], call);
    const names = await output('nix', ['eval', '--json', `.#apps.${system}`, '--apply', 'builtins.attrNames'], call);
    expect(JSON.parse(names)).toEqual(['home-build', 'home-data-build', 'home-plan', 'home-web-build']);
    for (const attribute of ['fromNames', 'fromSet'])
      expect(JSON.parse(await output('nix', ['eval', '--json', `.#${attribute}`], call))).toEqual([
        'rota-build',
        'rota-plan',
        'rota-web-build',
      ]);
    expect((await exec('nix', ['eval', '--json', '.#refused.x86_64-linux'], call)).stderr).toContain(
      '"-rf" is not the name of a target',
    );

    const plan = answerOf(await output('nix', ['run', '.#home-plan', '--', '--json'], call));
    expect(plan.targets.map(({ name, rebuild }: { name: string; rebuild: boolean }) => [name, rebuild])).toEqual([
      ['data', true],
      ['web', true],
    ]);
    const built = answerOf(await output('nix', ['run', '.#home-web-build', '--', '--json'], call));
    expect(built.targets).toMatchObject([{ name: 'web', status: 'built' }]);
    const all = await exec('nix', ['run', '.#home-build', '--', '--json'], call);
    expect(all.exitCode).toBe(1);
    expect(answerOf(all.stdout).targets).toMatchObject([{ name: 'data', status: 'failed', failure: { kind: 'configuration' } }]);
    const deployed = answerOf(await output(rota, ['targets', 'deploy', 'web', '--yes', '--json'], call));
    expect(deployed.targets).toMatchObject([
      { name: 'web', host: 'hub', status: 'deployed', steps: [{ command: ['/bin/true'] }] },
    ]);

    // Nothing that a hint names has changed, and the artifact is another one.
    writeFileSync(join(checkout, 'flake.nix'), flake.replace('echo built', 'echo otherwise'));
    writeFileSync(join(checkout, 'jobs.config.yaml'), config.replace("hints: ['web/**']", "hints: ['web/**', '!flake.nix']"));
    await commit();
    const web = ['targets', 'plan', 'web', '--json'];
    expect(answerOf(await output(rota, web, call)).targets).toMatchObject([{ rebuild: false }]);
    expect(answerOf(await output(rota, [...web, '--check-hints'], call)).targets).toMatchObject([
      { rebuild: true, reasons: [{ kind: 'stale-hint' }] },
    ]);
    const again = answerOf(await output(rota, ['targets', 'build', '--only', 'web', '--jobs', '1', '--json'], call));
    expect(again.targets).toMatchObject([{ status: 'built', staleHint: true }]);
  });
});
