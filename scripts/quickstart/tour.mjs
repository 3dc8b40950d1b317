import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root, rota } from './command.mjs';
import { heading, quote, say } from './say.mjs';

const explanations = {
  systemd:
    'systemd runs services for your user here, so the job is now a timer and a service like any other. Rota itself does not stay running.',
  cron: 'There is no systemd for your user here, but cron runs, so the job is now one line of your crontab, in a block that is marked as Rota’s.',
  taskscheduler: 'The job is now a task in the Windows Task Scheduler, in the folder \\Rota\\quickstart.',
  embedded:
    'This machine has no scheduler for your user, so `rota run-all` runs the jobs in a process of its own. It was started for you.',
};

/** Plans, applies, waits for the run and shows it. Answers a sentence on what happened. */
export async function tour(place, signal, wantedBackend) {
  const call = (...args) => rota(place, args, { signal });
  const wanted = wantedBackend === undefined ? [] : ['--backend', wantedBackend];
  const stopIfInterrupted = () => {
    if (signal.aborted) throw new Error('interrupted');
  };

  heading('The declaration: examples/quickstart/jobs.config.ts');
  say('One job, hello, that runs every minute.');

  heading('$ rota plan');
  quote(await call('plan', ...wanted));
  stopIfInterrupted();

  heading('$ rota apply');
  const applied = JSON.parse(await call('apply', '--yes', '--json', ...wanted));
  const backend = applied.changes[0]?.backend ?? '';
  for (const change of applied.changes) quote(`${change.action}d ${change.tenant}/${change.name} on ${change.backend}`);
  const child = backend === 'embedded' ? startEmbedded(place) : undefined;
  if (child !== undefined) place.keep(child);
  stopIfInterrupted();

  const { dryRun } = JSON.parse(await call('run', 'hello', '--dry-run', '--json'));
  heading('What is installed now');
  say(explanations[backend] ?? `The job is installed on ${backend}.`);
  for (const file of dryRun.native) {
    say(`\n${file.name}:`);
    quote(file.content);
  }
  say('\nThe plan, right after the apply:');
  quote(await call('plan'));

  heading('Waiting for the next full minute');
  const run = await waitForRun(call, signal, child);
  quote(`${run.scheduledAt ?? run.startedAt}  ${run.status}, exit code ${run.exitCode}, took ${run.durationMs} ms`);

  heading('$ rota status');
  quote(await call('status'));
  heading('$ rota logs hello');
  quote((await call('logs', 'hello', '--lines', '5')) || '(this machine keeps no log that you can read)');

  heading('$ rota destroy');
  if (run.status !== 'success') throw new Error(`the job ended with ${run.status}`);
  return `the job hello was planned, installed on ${backend}, and ran at ${run.startedAt.slice(11, 16)} UTC.`;
}

function startEmbedded(place) {
  const args = [join(root, 'examples/cli/bin.js'), 'run-all', '--state-dir', place.stateDir];
  return spawn(process.execPath, args, { stdio: 'ignore', detached: process.platform !== 'win32' });
}

/** Counts down to the minute, then looks each second for the record. Two minutes are allowed: cron reads a new crontab at the next one. */
async function waitForRun(call, signal, child) {
  const terminal = process.stdout.isTTY;
  const started = Date.now();
  let told = -1;
  while (Date.now() - started < 150_000) {
    if (signal.aborted) throw new Error('interrupted');
    if (child !== undefined && child.exitCode !== null)
      throw new Error(`\`rota run-all\` ended with exit code ${child.exitCode}`);
    const seconds = Math.ceil((60_000 - (Date.now() % 60_000)) / 1000);
    if (terminal) process.stdout.write(`\r  ${String(seconds).padStart(2)} s to the full minute `);
    else if (seconds % 15 === 0 && seconds !== told) {
      told = seconds;
      say(`  ${seconds} s to the full minute`);
    }
    // Asking costs a process; there is news only after a full minute.
    if (seconds >= 45 || Date.now() - started > 60_000) {
      const { runs } = JSON.parse(await call('history', 'hello', '--json'));
      if (runs.length > 0) {
        if (terminal) process.stdout.write('\r\u001b[K');
        return runs.at(-1);
      }
    }
    await sleep(1000, undefined, { signal }).catch(() => undefined);
  }
  throw new Error('the job did not run within two and a half minutes');
}
