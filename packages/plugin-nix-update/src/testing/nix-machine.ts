import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleForMachine, repositoryRoot, type TestMachine, testMachine } from '@rota/test-support';
import type { PlannedCommand } from '../plan-update.ts';
import type { UpdateReport } from '../report.ts';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import type { DriverRequest } from './driver.ts';

/** What a revision of the flake's input brings. */
export interface Revision {
  readonly version: string;
  /** Exit status of the system's only service. */
  readonly appRc?: number;
  readonly switchRc?: number;
  readonly buildRc?: number;
  readonly evalError?: boolean;
  readonly kernel?: string;
  /** The system holds the revision of the flake that it was built from. */
  readonly embedRevision?: boolean;
  /** Seconds that the build takes. */
  readonly slow?: number;
  /** Mebibytes of the built system. */
  readonly padding?: number;
}

/** What can be seen of a machine from the outside. */
export interface MachineFacts {
  /** `ACTION STORE-PATH`, as the systems' switch scripts were called. */
  readonly journal: readonly string[];
  readonly current: string;
  readonly bootDefault: string;
  readonly profile: string;
  readonly generations: number;
  readonly lock: string;
  readonly gitLog: readonly string[];
  readonly gitStatus: string;
}

interface DriverRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A booted machine whose system is built by nix from a flake with one input, both local Git repositories. */
export interface NixMachine extends TestMachine {
  /** What the updater is called with unless a test says otherwise. */
  readonly options: NixUpdateOptions;
  /** Commits a revision of the input. */
  publish(revision: Revision): Promise<void>;
  /** Runs the updater to its end. */
  update(request?: Partial<DriverRequest>): Promise<readonly UpdateReport[]>;
  /** The same below another program, such as `unshare --net`. */
  updateIn(prefix: readonly string[], request?: Partial<DriverRequest>): Promise<readonly UpdateReport[]>;
  startIn(prefix: readonly string[], request?: Partial<DriverRequest>): Promise<DriverRun>;
  /** The same as `update`, with whatever it printed. */
  start(request?: Partial<DriverRequest>): Promise<DriverRun>;
  /** What `--dry-run` lists. */
  plan(request?: Partial<DriverRequest>): Promise<readonly PlannedCommand[]>;
  facts(): Promise<MachineFacts>;
  /** Runs a line of shell as root. */
  sh(script: string): Promise<string>;
  /** The machine as it was when it was new: system 1, no state of the updater, no history of calls. */
  reset(): Promise<void>;
}

/** What the scenarios have in common: nothing waits, nothing asks the network. */
export const testOptions: NixUpdateOptions = {
  enable: true,
  flakePath: '/srv/conf',
  configuration: 'host',
  requireNetwork: false,
  minUptime: '0s',
  healthSettle: '0s',
  healthGrace: '1s',
  requiredServices: ['app'],
  diskThreshold: 100,
  autoReboot: false,
};

const file = (name: string): string =>
  readFileSync(join(repositoryRoot, 'packages/plugin-nix-update/src/testing/flake', name), 'utf8');

const data = (revision: Revision): string => {
  const {
    version,
    appRc = 0,
    switchRc = 0,
    buildRc = 0,
    evalError = false,
    embedRevision = false,
    kernel = '6.1',
    slow = 0,
    padding = 0,
  } = revision;
  const texts = { version, appRc, switchRc, buildRc, kernel, slow, padding };
  return `{ ${Object.entries(texts)
    .map(([name, value]) => `${name} = "${value}";`)
    .join(' ')} evalError = ${evalError}; embedRevision = ${embedRevision}; }\n`;
};

const setUp = `
mkdir -p /etc/nix /srv/dep /srv/conf /var/lib/machine /boot /nix/var/nix/profiles /nix/var/nix/gcroots
printf '%s\\n' 'experimental-features = nix-command flakes' 'sandbox = false' 'build-users-group =' 'substituters =' 'flake-registry =' >/etc/nix/nix.conf
ln -s /run/current-system /nix/var/nix/gcroots/current-system
git config --global user.name Tester; git config --global user.email tester@example.org; git config --global init.defaultBranch main
cd /srv/dep && git init -q && echo '{ outputs = _: { data = import ./data.nix; }; }' >flake.nix && git add . && git commit -qm flake
cd /srv/conf && git init -q
printf '%s\\n' '[Unit]' 'DefaultDependencies=no' 'After=sysinit.target' 'Before=multi-user.target' '[Service]' Type=oneshot 'ExecStart=/bin/sh /srv/conf/boot.sh' '[Install]' 'WantedBy=multi-user.target' >/etc/systemd/system/boot-system.service
systemctl enable -q boot-system.service`;

const firstSystem = `
cd /srv/conf && git add . && nix flake lock && git add . && git commit -qm first && git tag first && git -C /srv/dep tag first
system=$(nix build --no-link --print-out-paths .#nixosConfigurations.host.config.system.build.toplevel)
nix-env -p /nix/var/nix/profiles/system --set "$system"
"$system/bin/switch-to-configuration" switch
ln -sfn "$system" /run/booted-system
echo "$system" >/var/lib/machine/first`;

const resetScript = `
rm -rf /root/.local/state/rota /var/lib/machine/rc-* /var/lib/machine/says-* /var/lib/machine/after-test /var/lib/machine/mail /var/lib/machine/slow /var/lib/machine/boots-instead /nix/var/nix/profiles/system*
shutdown -c 2>/dev/null || true
for repository in /srv/dep /srv/conf; do cd $repository; git worktree prune; git checkout -qf main; git reset -q --hard first; git clean -qfd; done
system=$(cat /var/lib/machine/first)
nix-env -p /nix/var/nix/profiles/system --set "$system"
"$system/bin/switch-to-configuration" switch
ln -sfn "$system" /run/booted-system
rm -f /var/lib/machine/journal`;

const factsScript = `
touch /var/lib/machine/journal; cat /var/lib/machine/journal; echo @; readlink /run/current-system; echo @; readlink /boot/default; echo @
readlink -f /nix/var/nix/profiles/system; echo @; ls -d /nix/var/nix/profiles/system-*-link | wc -l; echo @
base64 -w0 /srv/conf/flake.lock; echo; echo @; git -C /srv/conf log --format=%s; echo @; git --no-optional-locks -C /srv/conf status --porcelain`;

export async function nixMachine(name: string): Promise<NixMachine> {
  const [machine, driver] = await Promise.all([
    testMachine(name),
    bundleForMachine('packages/plugin-nix-update/src/testing/driver.ts'),
  ]);
  const sh = async (script: string, input = ''): Promise<string> =>
    await machine.output('sh', ['-ec', script], { input, timeoutMs: 120_000 });
  const publish = async (revision: Revision): Promise<void> => {
    await sh('cd /srv/dep; cat >data.nix; git add .; git commit -qm revision', data(revision));
  };
  await sh(setUp);
  await sh('cat >/root/driver.mjs', driver);
  for (const part of ['flake.nix', 'switch.sh', 'boot.sh']) await sh(`cat >/srv/conf/${part}`, file(part));
  await publish({ version: '1' });
  await sh(firstSystem);
  const startIn: NixMachine['startIn'] = async (prefix, { options, ...request } = {}) => {
    const [program = 'node', ...args] = [...prefix, 'node', '/root/driver.mjs'];
    const input = JSON.stringify({ ...request, options: { ...testOptions, ...options } });
    return await machine.exec(program, args, { input, timeoutMs: 120_000 });
  };
  const updateIn: NixMachine['updateIn'] = async (prefix, request) => {
    const { stdout, stderr } = await startIn(prefix, request);
    try {
      const reports: unknown = JSON.parse(stdout);
      if (Array.isArray(reports)) return reports;
    } catch {
      // shown below
    }
    throw new Error(`the updater answered no reports:\n${stdout}${stderr}`);
  };
  return {
    ...machine,
    options: testOptions,
    sh,
    publish,
    startIn,
    updateIn,
    start: async (request) => await startIn([], request),
    update: async (request) => await updateIn([], request),
    async plan(request) {
      const { stdout } = await startIn([], { ...request, plan: true });
      return JSON.parse(stdout);
    },
    async facts() {
      const [journal = '', current = '', bootDefault = '', profile = '', generations = '', lock = '', log = '', status = ''] = (
        await sh(factsScript)
      )
        .split(/^@$/m)
        .map((part) => part.trim());
      const lines = (text: string): readonly string[] => (text === '' ? [] : text.split('\n'));
      return {
        journal: lines(journal),
        current,
        bootDefault,
        profile,
        generations: Number(generations),
        lock,
        gitLog: lines(log),
        gitStatus: status,
      };
    },
    reset: async () => void (await sh(resetScript)),
  };
}
