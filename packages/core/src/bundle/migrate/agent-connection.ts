import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import * as v from 'valibot';
import { RotaError } from '../../errors/rota-error.ts';
import { type SshPlace, sshOptions } from '../ssh-command.ts';
import { answerSchema, heartbeatMs, type MigrationRequest } from './protocol.ts';

/** The receiving side, as the sending side has it: one ssh connection for the whole migration. */
export interface AgentConnection {
  /** @throws what the other side says, by message; ROTA_BUNDLE_MIGRATE when the connection is lost */
  ask<T>(request: MigrationRequest, schema: v.GenericSchema<unknown, T>, timeoutMs?: number): Promise<T>;
  /** Hangs up: the other side undoes what is not committed. */
  close(): void;
}

/** Starts Rota on the other machine. Requests are answered in their order; in between it hears that this side is there. */
export function connectAgent(place: SshPlace, remoteCommand: string): AgentConnection {
  const child = spawn('ssh', [...sshOptions(place), '--', place.host, `${remoteCommand} bundle receive`], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  let lost: RotaError | undefined;
  const waiting: ((line: string | undefined) => void)[] = [];
  const lose = (why: string): void => {
    lost ??= new RotaError('ROTA_BUNDLE_MIGRATE', `${place.host}: ${why}${said === '' ? '' : ` (${said.trim().slice(-500)})`}`, {
      suggestions: [`Try: ssh ${place.host} ${remoteCommand} --version`],
    });
    for (const take of waiting.splice(0)) take(undefined);
  };
  child.stderr.on('data', (text: Buffer) => {
    said = (said + text.toString()).slice(-2000);
  });
  child.stdin.on('error', () => undefined); // told by `close`
  child.once('error', (error) => lose(error.message));
  child.once('close', (status) => lose(`the connection ended (${status ?? 'by a signal'})`));
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  const heartbeat = setInterval(() => child.stdin.write('{"ask":"ping"}\n'), heartbeatMs);
  heartbeat.unref();
  return {
    async ask(request, schema, timeoutMs) {
      const line = await new Promise<string | undefined>((resolve) => {
        if (lost !== undefined) return resolve(undefined);
        const timer = timeoutMs === undefined ? undefined : setTimeout(() => lose('no answer in time'), timeoutMs);
        waiting.push((text) => {
          clearTimeout(timer);
          resolve(text);
        });
        child.stdin.write(`${JSON.stringify(request)}\n`);
      });
      if (line === undefined) throw lost ?? new RotaError('ROTA_BUNDLE_MIGRATE', `${place.host} did not answer.`);
      return understood(place, line, schema);
    },
    close() {
      clearInterval(heartbeat);
      child.stdin.end();
    },
  };
}

function understood<T>(place: SshPlace, line: string, schema: v.GenericSchema<unknown, T>): T {
  const answer = v.safeParse(answerSchema, parsed(line));
  if (!answer.success) throw new RotaError('ROTA_BUNDLE_MIGRATE', `${place.host} answered something else: ${line.slice(0, 200)}`);
  if (!answer.output.ok)
    throw new RotaError('ROTA_BUNDLE_MIGRATE', `${place.host}: ${answer.output.message}`, {
      suggestions: answer.output.suggestions,
    });
  const value = v.safeParse(schema, answer.output.value);
  if (!value.success) throw new RotaError('ROTA_BUNDLE_MIGRATE', `${place.host} gave an answer of another version of Rota.`);
  return value.output;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
