import { execFileSync } from 'node:child_process';
import { createHost, type Host, type ProcessRequest, type ProcessResult } from '@rota/core';

/** Reads property lists with the reader of Python, which is not ours. */
export function readPlist(content: string): Record<string, unknown> {
  const script = 'import json, plistlib, sys; json.dump(plistlib.loads(sys.stdin.buffer.read()), sys.stdout)';
  return JSON.parse(execFileSync('python3', ['-c', script], { input: content, encoding: 'utf8' }));
}

/** A stand-in for launchctl: it loads what it is given, and answers in the words and numbers of the real one (launchctl(1)). */
export interface FakeLaunchctl {
  readonly host: Host;
  /** What launchd has, by label, as it was when it was loaded. */
  readonly loaded: Map<string, Record<string, unknown>>;
  readonly calls: string[];
  /** Labels whose process runs, and for how many questions it still does. */
  readonly running: Map<string, number>;
  isDown: boolean;
}

export function fakeLaunchctl(home: string): FakeLaunchctl {
  const base = createHost({ env: { HOME: home, PATH: process.env.PATH ?? '' } });
  const loaded = new Map<string, Record<string, unknown>>([['com.apple.Finder', {}]]);
  const running = new Map<string, number>();
  const calls: string[] = [];
  let nowMs = Date.UTC(2026, 5, 1);
  const fake: FakeLaunchctl = {
    loaded,
    calls,
    running,
    isDown: false,
    host: {
      ...base,
      platform: 'darwin',
      user: { name: 'ada', uid: 501, home },
      now: () => nowMs,
      sleep: async (ms) => {
        nowMs += ms;
      },
      run: async (request) => answer(request),
    },
  };

  function answer({ file, args }: ProcessRequest): ProcessResult {
    if (file !== 'launchctl') throw new Error(`Nobody has a program ${file}.`);
    calls.push(args.join(' '));
    const [verb, target = '', path = ''] = args;
    if (fake.isDown) return ended(1, '', 'Could not contact launchd.');
    if (verb === 'list') return ended(0, table());
    const label = target.split('/')[2] ?? '';
    if (verb === 'bootout') return loaded.delete(label) ? ended(0) : ended(3, '', 'Boot-out failed: 3: No such process');
    if (verb !== 'bootstrap' || target !== 'gui/501') return ended(64, '', 'Unrecognized subcommand or domain.');
    const content = base.files.readText(path);
    if (content === undefined) return ended(5, '', 'Bootstrap failed: 5: Input/output error');
    const agent = readPlist(content);
    const name = String(agent.Label);
    if (loaded.has(name) || agent.Disabled === true) return ended(5, '', 'Bootstrap failed: 5: Input/output error');
    loaded.set(name, agent);
    return ended(0);
  }

  function table(): string {
    const rows = [...loaded.keys()].map((label) => {
      const left = running.get(label) ?? 0;
      if (left > 0) running.set(label, left - 1);
      return `${left > 0 ? '4711' : '-'}\t0\t${label}`;
    });
    return `${['PID\tStatus\tLabel', ...rows].join('\n')}\n`;
  }

  return fake;
}

function ended(exitCode: number, stdout = '', stderr = ''): ProcessResult {
  return { exitCode, signal: null, stdout, stderr, timedOut: false };
}
