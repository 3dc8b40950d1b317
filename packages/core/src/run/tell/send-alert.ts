import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { jobEnvironment } from '../attempt/job-environment.ts';
import { createResolver, type ResolverInput } from '../attempt/resolve-references.ts';
import type { AlertMessage } from './alert-message.ts';
import { httpPost, type PostResult } from './http-post.ts';
import { sendByPlugin } from './plugin-channel.ts';
import type { AlertReport } from './spool.ts';

const channelMs = 10_000;

/** Resolves the references of an alert and tells its channel: once, in bounded time. The reason of a failure holds no secret. */
export async function sendAlert(
  context: Pick<ResolverInput, 'files' | 'env' | 'capture'>,
  { alert, resolve, message }: AlertReport,
): Promise<PostResult> {
  const resolver = createResolver({ ...context, launch: resolve });
  if (alert.kind === 'plugin') return answer(await sendByPlugin(alert, resolver, message, channelMs));
  if (alert.kind === 'webhook') {
    const url = resolver.resolve(alert.url, 'alerts.webhook');
    const [problem] = resolver.problems;
    if (problem !== undefined) return answer(problem);
    const body = JSON.stringify(message);
    const result = await httpPost({ url, body, headers: { 'content-type': 'application/json' }, timeoutMs: channelMs });
    return result.ok ? result : answer(`The alert webhook was not reached: ${result.reason}.`);
  }
  const title = `${message.tenant}/${message.job_name}`;
  const urgency = message.event === 'recovery' ? 'normal' : 'critical';
  const desktop = alert.kind === 'desktop';
  const argv = desktop
    ? ['notify-send', '--app-name=rota', `--urgency=${urgency}`, '--', title, argument(message)]
    : alert.command;
  const run = { tenant: message.tenant, name: message.job_name, runId: message.run_id, scheduledAt: message.scheduled_at };
  // Whatever of it cannot be resolved may be what the alert is about.
  const env = jobEnvironment(context.env, resolve.env, resolver, run);
  return answer(await startCommand(argv, resolve.workingDir, desktop ? withSession(env) : env, message));
}

/** The last words of a job may hold what no argument and no variable can. */
function argument({ text }: AlertMessage): string {
  return text.replaceAll('\0', '');
}

function answer(problem: string | null): PostResult {
  return problem === null ? { ok: true } : { ok: false, reason: problem };
}

/** The command gets the message as JSON on its input and its main facts as variables, so that a mail command needs no JSON. */
function startCommand(
  argv: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  message: AlertMessage,
): Promise<string | null> {
  const [file = '', ...args] = argv;
  const told = { ROTA_ALERT: message.event, ROTA_ALERT_TEXT: argument(message), ROTA_STATUS: message.status ?? '' };
  let child: ChildProcessByStdio<Writable, null, null>;
  try {
    child = spawn(file, args, { cwd, env: { ...env, ...told }, stdio: ['pipe', 'ignore', 'ignore'], windowsHide: true });
  } catch (error) {
    // Such as E2BIG. What Node says may quote the environment.
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    return Promise.resolve(`The alert command ${file} could not be started${code}.`);
  }
  return new Promise((resolve) => {
    // Not the option of spawn: its timer goes on when the program could not be started.
    const timer = setTimeout(() => child.kill('SIGKILL'), channelMs);
    child.on('close', () => clearTimeout(timer));
    child.on('error', () => clearTimeout(timer));
    child.on('error', () => resolve(`The alert command ${file} could not be started.`));
    child.on('exit', (code) => resolve(code === 0 ? null : `The alert command ${file} ended with status ${code ?? 'a signal'}.`));
    child.stdin.on('error', () => undefined);
    child.stdin.end(`${JSON.stringify(message)}\n`);
  });
}

/** A scheduler starts jobs outside the desktop session; its bus stands at a fixed place (systemd user sessions). */
function withSession(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const uid = process.getuid?.();
  if (uid === undefined) return env;
  return { DBUS_SESSION_BUS_ADDRESS: `unix:path=/run/user/${uid}/bus`, DISPLAY: ':0', ...env };
}
