import type { CommandSpec } from '../command.ts';
import { confirm, json, place, source } from '../common-options.ts';
import { parseCount, parseEach, parseList, parsePeriod } from '../parse-value.ts';

/** Services beyond their jobs: what they remember, and what they are built from. */
export const serviceCommands: readonly CommandSpec[] = [
  {
    name: 'bundle',
    summary: 'the state of jobs: capture, list, inspect, verify, restore, diff, prune, drill, migrate',
    args: '<action> [job] [bundles...]',
    completes: ['capture', 'list', 'inspect', 'verify', 'restore', 'diff', 'prune', 'drill', 'migrate', 'receive'],
    options: [
      ...source,
      ...place,
      { flags: '--level <n>', summary: 'of verify: 0 file, 1 members, 2 unpacked, 3 databases, 4 drill (default: 1)' },
      { flags: '--into <dir>', summary: 'of restore: unpack below this folder; stops and replaces nothing' },
      { flags: '--only <roots>', summary: 'of restore: only these roots', parse: parseList },
      {
        flags: '--identity <member=answer>',
        summary: 'of restore and migrate: preserve or exclude a key that asks; repeatable',
        parse: parseEach,
      },
      { flags: '--ssh-option <option>', summary: 'of migrate: for ssh, such as Port=2222; repeatable', parse: parseEach },
      { flags: '--remote-command <command>', summary: 'of migrate: how rota is called there (default: rota)' },
      { flags: '--map <root=path>', summary: 'of migrate: another place for a root there; repeatable', parse: parseEach },
      { flags: '--replace', summary: 'of migrate: replace what stands at the roots there; it is kept beside' },
      { flags: '--with-artifact', summary: 'of capture: pack what the target runs as, too; of migrate: send it there first' },
      { flags: '--full', summary: 'of capture: read everything, although nothing seems to have changed' },
      { flags: '--discard-previous', summary: 'of restore: do not keep what was there' },
      { flags: '--age-identity <file>', summary: 'the age key of an encrypted bundle' },
      { flags: '--dry-run', summary: 'show what would be done, and do nothing' },
      confirm,
      json,
    ],
    examples: [
      'rota bundle capture home-assistant',
      'rota bundle list',
      'rota bundle verify home-assistant --level 3',
      'rota bundle restore home-assistant latest --into /tmp/look',
      'rota bundle restore home-assistant 3f2a',
      'rota bundle prune home-assistant --dry-run',
      'rota bundle migrate home-assistant root@new-host --dry-run',
    ],
    exitCodes: { 3: 'capture: the bundle is partial' },
    load: () => import('../commands/bundle.ts'),
  },
  {
    name: 'targets',
    summary: 'what a repository builds and deploys: list, plan, build, show, deploy, mark-deployed',
    args: '<action> [names...]',
    completes: ['list', 'plan', 'build', 'show', 'deploy', 'mark-deployed'],
    options: [
      ...source,
      ...place,
      {
        flags: '--system <system>',
        summary:
          "for this system, repeatable (default: the target's systemEnv, ROTA_TARGET_SYSTEM, else the Linux of this machine)",
        parse: parseEach,
      },
      { flags: '--systems <which>', summary: 'all: for every system that a target declares', choices: ['all'] },
      { flags: '--since <revision>', summary: 'of plan and build: compare with this revision instead of the recorded ones' },
      { flags: '--all', summary: 'of plan and build: every target, whatever changed' },
      { flags: '--only <names>', summary: 'of plan and build: these targets and no others, whatever changed', parse: parseList },
      {
        flags: '--check-hints',
        summary: 'of plan: ask nix what the other targets would be, and report hints that lack something',
      },
      { flags: '--format <format>', summary: 'of plan: github-matrix', choices: ['github-matrix'] },
      { flags: '--jobs <n>', summary: 'of build: how many at a time (default: 2)', parse: parseCount },
      { flags: '--timeout <period>', summary: 'of build: longest time of one (default: 1h)', parse: parsePeriod },
      { flags: '--dry-run', summary: 'of deploy: show what would be done, and do nothing' },
      { flags: '--artifact <path>', summary: 'of mark-deployed: what was deployed (default: what was built last)' },
      { flags: '--host <name>', summary: 'of mark-deployed: where (default: the host that the target declares)' },
      confirm,
      json,
    ],
    examples: [
      'rota targets plan --json',
      'rota targets plan --since origin/main --systems all --format github-matrix',
      'rota targets build',
      'rota targets build home-assistant --system aarch64-linux',
      'rota targets show home-assistant',
      'rota targets deploy --dry-run',
      'rota targets mark-deployed home-assistant',
    ],
    load: () => import('../commands/targets.ts'),
  },
];
