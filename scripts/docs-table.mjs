import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';
import { renderManual } from './render-manual.mjs';

const path = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));
// The sources, not a build: a page is of the code that it is committed with.
const jiti = createJiti(import.meta.url, { fsCache: false, alias: { '@rota/core': path('packages/core/src/index.ts') } });
const load = async (file) => await jiti.import(path(file));

/** The pages that are made from code, each with how. A test fails when one is stale. */
export const docsTable = [
  { file: 'docs/errors.md', render: errorsPage },
  { file: 'docs/commands.md', render: commandsPage },
  { file: 'examples/cli/man/rota.1', render: manualPage },
  { file: 'docs/backends.md', render: backendsPage },
];

async function errorsPage() {
  const { catalogue } = await load('packages/core/src/errors/catalogue.ts');
  const rows = Object.entries(catalogue).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return `# Errors

Every error has a stable code that scripts can match on, a message that says what was expected and what came, its place (file, line, column) where
there is one, and suggestions. With \`--json\` it is printed on standard output as \`{"error": {code, message, file, line, column, suggestions}}\`; in
the SDK it is a \`RotaError\`, recognised by \`isRotaError\`.

| code | meaning |
| --- | --- |
${rows.join('\n')}
`;
}

async function manualPage() {
  const { commandSpecs } = await load('examples/cli/src/program/command-specs.ts');
  const { version } = JSON.parse(readFileSync(path('examples/cli/package.json'), 'utf8'));
  return renderManual(commandSpecs, version, await pluginGroups());
}

/** The commands of the plugins that come with Rota, described as its own are. What they describe does not depend on options. */
async function pluginGroups() {
  const { specGroup } = await load('examples/cli/src/plugin-commands/spec-group.ts');
  const { nixCommands } = await load('packages/plugin-nix-update/src/commands/nix-commands.ts');
  const { chezmoiCommands } = await load('packages/plugin-chezmoi-jj/src/commands/chezmoi-commands.ts');
  return [
    { title: 'COMMANDS OF @rota/plugin-nix-update', specs: specGroup(nixCommands(undefined)).specs },
    { title: 'COMMANDS OF @rota/plugin-chezmoi-jj', specs: specGroup(chezmoiCommands({})).specs },
  ];
}

async function commandsPage() {
  const { commandSpecs } = await load('examples/cli/src/program/command-specs.ts');
  const built = commandSpecs.filter(({ load: loader }) => loader !== undefined);
  const later = commandSpecs.filter(({ load: loader }) => loader === undefined);
  const section = (spec) => {
    const codes = Object.entries({ 0: 'done', 1: 'error', ...spec.exitCodes }).map(([code, meaning]) => `${code} ${meaning}`);
    return [
      `## rota ${spec.name}${spec.args === undefined ? '' : ` ${spec.args}`}`,
      `${spec.summary.charAt(0).toUpperCase()}${spec.summary.slice(1)}.`,
      spec.options.map(({ flags, summary }) => `- \`${flags}\`: ${summary}`).join('\n'),
      ['```sh', ...spec.examples, '```'].join('\n'),
      `Exit codes: ${codes.join('; ')}.`,
    ].join('\n\n');
  };
  const sections = built.map(section);
  const pluginSections = (await pluginGroups()).flatMap(({ specs }) => specs.map(section));
  return `# Commands

Data goes to standard output, talk to standard error. Every command has \`--json\`; \`rota schema COMMAND\` prints the JSON Schema of what it
then prints, and fields are only ever added within a \`formatVersion\`. Colour is used on a terminal only, and not with \`NO_COLOR\`.
A question is asked on a terminal only, and not with \`--yes\` or \`--json\`. Set \`ROTA_DEBUG=1\` to see where an error was thrown.
The first Ctrl-C (or TERM) has a command end in order: what it had begun it undoes, or, where there is no way back any more, completes; it ends with 1 and
\`ROTA_INTERRUPTED\`, or as if nothing had been. The second ends it at once, with 130.

${sections.join('\n\n')}

${pluginSections.join('\n\n')}
${later.length === 0 ? '' : `\n## Not built yet\n\n${later.map(({ name }) => `\`rota ${name}\``).join(', ')}: known by name, they exit 1 with the code \`ROTA_NOT_BUILT\`.\n`}`;
}

const backends = [
  {
    module: 'packages/backend-systemd/src/index.ts',
    make: 'systemd',
    dialect: { name: 'systemd', version: 257, linger: true },
    title: 'systemd 257',
  },
  {
    module: 'packages/backend-systemd/src/index.ts',
    make: 'systemd',
    dialect: { name: 'systemd', version: 252, linger: true },
    title: 'systemd 252',
  },
  { module: 'packages/backend-cron/src/index.ts', make: 'cron', dialect: { name: 'debian' }, title: 'cron' },
  { module: 'packages/backend-taskscheduler/src/index.ts', make: 'taskscheduler', title: 'Task Scheduler' },
  { module: 'packages/core/src/index.ts', make: 'embedded', title: 'embedded' },
];

async function backendsPage() {
  const { features } = await load('packages/core/src/backend/feature.ts');
  const { lower, bareJob } = await load('packages/core/src/index.ts');
  const columns = await Promise.all(
    backends.map(async ({ module, make, dialect, title }) => {
      const backend = (await load(module))[make]();
      return { title, capabilities: backend.capabilities(dialect ?? backend.dialects[0]) };
    }),
  );
  const byRunner = runnerFeatures(lower, bareJob('0 2 * * *', 'UTC'), features);
  const cell = (capabilities, feature) => {
    if (capabilities.refused[feature] !== undefined) return /^(resources|sandbox)\./.test(feature) ? 'stated' : 'refused';
    if (capabilities.native.includes(feature)) return 'native';
    if (byRunner.has(feature)) return 'runner';
    return /^(resources|sandbox)\./.test(feature) ? 'stated' : 'refused';
  };
  const rows = features.map(
    (feature) => `| \`${feature}\` | ${columns.map(({ capabilities }) => cell(capabilities, feature)).join(' | ')} |`,
  );
  const grouped = new Map();
  for (const { title, capabilities } of columns) {
    for (const [feature, reason] of Object.entries(capabilities.refused)) {
      const key = `${title.replace(/ \d+$/, '')}: ${reason.replace(/\.$/, '')}.`;
      grouped.set(key, new Set([...(grouped.get(key) ?? []), `\`${feature}\``]));
    }
  }
  const reasons = [...grouped].map(([key, names]) => `- ${[...names].join(', ')} on ${key}`);
  return `# Backends, and what each can do

For each feature that a job uses, the scheduler does it itself (native), or Rota's small runner does it when the scheduler starts the job
(runner), or the plan refuses the job with the reason (refused). Limits that nobody can enforce are stated in the plan, and the
job runs without them (stated). \`rota plan\` shows the decision for every job; a job that needs no runner starts no Node process.

A feature that is native here may be done by the runner for one job, when the job needs the runner for something else: retry,
references to secrets, check-ins, hooks.

| feature | ${columns.map(({ title }) => title).join(' | ')} |
| --- |${' --- |'.repeat(columns.length)}
${rows.join('\n')}

systemd is shown for a user that lingers; cron for Debian's. On cron, Task Scheduler and embedded every job is started through the runner. A time zone other than
the machine's own is gated on Debian cron and BusyBox: cron starts the runner more often, and the runner filters.

## Why something is refused or stated

${reasons.join('\n')}
`;
}

/** What the runner supplies, asked of lowering itself: a scheduler that has nothing leaves a feature to the runner or nobody. */
function runnerFeatures(lower, job, features) {
  const command = ['/bin/true'];
  const rich = {
    ...job,
    env: { A: '${B}' },
    shell: true,
    workingDir: '/',
    timeoutMs: 1000,
    startingDeadlineMs: 1000,
    persistent: true,
    randomizedDelayMs: 1000,
    accuracyMs: 1000,
    retry: { ...job.retry, enabled: true },
    checkin: { enabled: true, timeoutMs: 1, format: 'json', start: false, by: 'runner' },
    dependsOn: [{ job: { tenant: 'a', name: 'b' } }],
    requires: { commands: ['a'], files: ['a'], units: ['a'], network: { waitMs: 1 }, power: 'ac' },
    hooks: { before: [command], onSuccess: [], onFailure: [], always: [] },
    alerts: { on: ['failure'], channels: [] },
    paused: true,
    resources: { nice: 1, memoryMax: '1G' },
    sandbox: { privateTmp: true },
  };
  const nothing = { native: ['schedule', 'paused'], refused: {}, alwaysRunner: false };
  const context = { backend: 'none', gated: false, hasFollowers: true, smallestGap: 60 };
  const found = new Set();
  const look = (one) => {
    for (const [feature, decision] of Object.entries(lower(one, nothing, context).features))
      if (decision === 'runner') found.add(feature);
  };
  for (const policy of ['forbid', 'allow', 'replace', 'queue']) look({ ...rich, concurrency: { policy, locks: ['a'] } });
  for (const trigger of [
    { kind: 'boot' },
    { kind: 'login' },
    { kind: 'apply', after: [] },
    { kind: 'after', job: { tenant: 'a', name: 'b' } },
  ])
    look({ ...rich, trigger });
  return new Set(features.filter((feature) => found.has(feature)));
}
