/**
 * Support for the tests of all packages: `import { requirePart, testMachine } from '@rota/test-support'`.
 *
 * Where a test goes:
 * - `*.test.ts` is the `unit` project: no scheduler, no waiting. `npx vitest run --project unit`
 * - `*.integration.test.ts` is the `integration` project: systemd, cron, booted machines, real waiting.
 *   `npx vitest run --project integration`
 *
 * Files of both run side by side, more of them than there are processors: a test has users, crontabs, folders and ports of its own, waits
 * for what it expects rather than for a time, and allows for a busy machine. A process plays many files, so a test changes nothing of it
 * that it does not change back, and a module that tests share keeps no folder or machine from one file to the next.
 *
 * What is missing on a machine: `requirePart` makes it a visible skip that names the command which installs it, and a failure
 * where `CI` is set. Whatever these functions create (folders, machines) is removed when the test file ends.
 */
export { afterFile } from './after-file.ts';
export { chromiumPart, openBrowser } from './browser.ts';
export { bundleForMachine } from './bundle-for-machine.ts';
export { bundled } from './bundled.ts';
export { downloadEnv } from './download-env.ts';
export { type CommandOptions, type CommandResult, exec, output } from './exec.ts';
export { failingTests } from './failing-tests.ts';
export { type NixFolder, nixFolder } from './nix-folder.ts';
export { commandPart, cronPart, rootPart, testMachinePart, userSystemdPart } from './parts.ts';
export { repositoryRoot } from './repository-root.ts';
export { type Part, requirePart } from './require-part.ts';
export { bundleRota, installRota, type RotaParts } from './rota-on-machine.ts';
export { type SampleSizes, sampleSize } from './sample-size.ts';
export { schemaProblems } from './schema-problems.ts';
export { testSeed } from './seed.ts';
export { temporaryFolder } from './temporary-folder.ts';
export { type BootOptions, type MachineCommandOptions, type TestMachine, testMachine } from './test-machine.ts';
export { type UserSystemd, userSystemd } from './user-systemd.ts';
export { type WindowsNode, windowsNode, windowsNodeParts } from './windows-node.ts';
