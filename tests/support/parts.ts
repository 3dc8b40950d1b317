import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Part } from './require-part.ts';

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

// Daemons live in sbin folders, which are not on the PATH of an ordinary user.
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

const hasCommand = (name: string): boolean => folders.some((folder) => isExecutable(join(folder, name)));

const isRoot = process.getuid?.() === 0;

/** A program on the PATH, from the Debian package of that name unless another is given. */
export const commandPart = (name: string, debianPackage: string = name): Part => ({
  name,
  present: () => hasCommand(name),
  install: `apt-get install ${debianPackage}`,
});

export const rootPart: Part = { name: 'root', present: isRoot, install: 'sudo npm test' };

/** The programs of cron. Whether its daemon runs is for the test to see to. */
export const cronPart: Part = {
  name: 'cron',
  present: () => hasCommand('cron') && hasCommand('crontab'),
  install: 'apt-get install cron',
};

const hasUserManager = (): boolean => {
  if (process.platform !== 'linux') return false;
  if (isRoot) return isExecutable('/lib/systemd/systemd') && hasCommand('setpriv');
  return spawnSync('systemctl', ['--user', 'show-environment'], { stdio: 'ignore' }).status === 0;
};

/** What `userSystemd` needs: the user's own running manager, or root and an installed systemd. */
export const userSystemdPart: Part = {
  name: 'a systemd user manager',
  present: hasUserManager,
  install: isRoot ? 'apt-get install systemd dbus-user-session' : 'sudo loginctl enable-linger $USER',
};

/** What `testMachine` needs: root on Linux, and the tree of the machine, which is built once. */
export const testMachinePart: Part = {
  name: 'the test machine',
  present: () => isRoot && isExecutable(`${process.env.ROTA_TESTHOST_BASE ?? '/var/cache/rota-testhost'}/sbin/init`),
  install: 'sudo scripts/testhost.sh build',
};
