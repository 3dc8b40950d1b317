/**
 * Support for the tests of all packages: `import { requirePart, testMachine } from '@rota/test-support'`.
 *
 * Where a test goes:
 * - `*.test.ts` is the `unit` project: files run in parallel, no scheduler, no waiting. `npx vitest run --project unit`
 * - `*.integration.test.ts` is the `integration` project: systemd, cron, booted machines, real waiting. These files run after
 *   the unit tests and one at a time. `npx vitest run --project integration`
 *
 * What is missing on a machine: `requirePart` makes it a visible skip that names the command which installs it, and a failure
 * where `CI` is set. Whatever these functions create (folders, machines) is removed when the test file ends.
 */
export { afterFile } from './after-file.ts';
export { chromiumPart, openBrowser } from './browser.ts';
export { type CommandOptions, type CommandResult, exec, output } from './exec.ts';
export { type NixFolder, nixFolder } from './nix-folder.ts';
export { commandPart, cronPart, rootPart, testMachinePart, userSystemdPart } from './parts.ts';
export { repositoryRoot } from './repository-root.ts';
export { type Part, requirePart } from './require-part.ts';
export { temporaryFolder } from './temporary-folder.ts';
export { type BootOptions, type MachineCommandOptions, type TestMachine, testMachine } from './test-machine.ts';
export { type UserSystemd, userSystemd } from './user-systemd.ts';
