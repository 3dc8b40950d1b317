import { spawn } from 'node:child_process';
import type { LaunchFile } from '../backend/launch-file.ts';
import type { AlertChannel } from '../job/job.ts';
import type { AlertMessage } from './alert-message.ts';
import { httpPost } from './http-post.ts';
import { sendByPlugin } from './plugin-channel.ts';
import type { Resolver } from './resolve-references.ts';

export interface AlertContext {
  readonly launch: LaunchFile;
  readonly resolver: Resolver;
  /** Of the job, with its references resolved. */
  readonly env: NodeJS.ProcessEnv;
}

const channelMs = 10_000;

/** Tells every channel of the job that the event concerns, at the same time and in bounded time. Answers what went wrong, in words without secrets. */
export async function sendAlert(context: AlertContext, message: AlertMessage): Promise<readonly string[]> {
  const { alerts } = context.launch;
  if (alerts === null || !alerts.on.includes(message.event)) return [];
  const problems = await Promise.all(alerts.channels.map((channel) => tell(channel, context, message)));
  return problems.filter((problem) => problem !== null);
}

async function tell(
  channel: AlertChannel,
  { launch, resolver, env }: AlertContext,
  message: AlertMessage,
): Promise<string | null> {
  if (channel.kind === 'plugin') return sendByPlugin(channel, resolver, message, channelMs);
  if (channel.kind === 'webhook') {
    const before = resolver.problems.length;
    const url = resolver.resolve(channel.url, 'alerts.webhook');
    const problem = resolver.problems[before];
    if (problem !== undefined) return problem;
    const body = JSON.stringify(message);
    const result = await httpPost({ url, body, headers: { 'content-type': 'application/json' }, timeoutMs: channelMs });
    return result.ok ? null : `The alert webhook was not reached: ${result.reason}.`;
  }
  const title = `${message.tenant}/${message.job_name}`;
  const urgency = message.event === 'recovery' ? 'normal' : 'critical';
  const argv =
    channel.kind === 'desktop'
      ? ['notify-send', '--app-name=rota', `--urgency=${urgency}`, '--', title, message.text]
      : channel.command;
  return startCommand(argv, launch.workingDir, channel.kind === 'desktop' ? withSession(env) : env, message);
}

/** The command gets the message as JSON on its input and its main facts as variables, so that a mail command needs no JSON. */
function startCommand(
  argv: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  message: AlertMessage,
): Promise<string | null> {
  const [file = '', ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...env, ROTA_ALERT: message.event, ROTA_ALERT_TEXT: message.text, ROTA_STATUS: message.status ?? '' },
      stdio: ['pipe', 'ignore', 'ignore'],
      windowsHide: true,
    });
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
