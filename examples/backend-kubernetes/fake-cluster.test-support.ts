import { readFileSync } from 'node:fs';
import { createHost, type Host, type ProcessRequest, type ProcessResult } from '@rota/core';
import { Ajv } from 'ajv';

/** As much of an object as the tests look at. */
export interface ClusterObject {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  spec: {
    schedule: string;
    readonly jobTemplate: {
      readonly spec: {
        readonly template: { readonly spec: { readonly containers: readonly { readonly command: readonly string[] }[] } };
      };
    };
  };
}

/** A stand-in for a cluster behind kubectl: it takes only what the committed schema allows, and adds defaults and status as a server does. */
export interface FakeCluster {
  readonly host: Host;
  readonly objects: Map<string, ClusterObject>;
  isDown: boolean;
}

const schema: object = JSON.parse(readFileSync(new URL('./cron-job.schema.json', import.meta.url), 'utf8'));

/** The committed schema of what is written, as a check; answers what is wrong. */
export const schemaProblem = (() => {
  const ajv = new Ajv({ allErrors: true });
  const validate = ajv.compile<ClusterObject>(schema);
  return (object: unknown): string | null => (validate(object) ? null : ajv.errorsText(validate.errors));
})();

export function fakeCluster(): FakeCluster {
  const objects = new Map<string, ClusterObject>();
  const cluster: FakeCluster = {
    objects,
    isDown: false,
    host: { ...createHost(), run: async (request) => answer(request) },
  };

  function answer({ file, args, input }: ProcessRequest): ProcessResult {
    if (file !== 'kubectl') throw new Error(`Nobody has a program ${file}.`);
    if (cluster.isDown) return ended(1, '', 'The connection to the server localhost:8080 was refused.');
    const [verb, ...rest] = args;
    if (verb === 'auth') return ended(0, 'yes\n');
    if (verb === 'apply') return apply(String(input));
    if (verb === 'delete') {
      for (const name of rest.slice(1, rest.indexOf('--ignore-not-found'))) objects.delete(name);
      return ended(0);
    }
    if (verb !== 'get') return ended(1, '', `unknown command "${verb}"`);
    const wanted = (rest[rest.indexOf('--selector') + 1] ?? '').split(',').map((term) => term.split('='));
    const items = [...objects.values()].filter(({ metadata }) =>
      wanted.every(([label = '', value]) => metadata.labels[label] === value),
    );
    return ended(0, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: items.map(withDefaults) }));
  }

  function apply(text: string): ProcessResult {
    const { items }: { readonly items: readonly ClusterObject[] } = JSON.parse(text);
    for (const object of items) {
      const problem = schemaProblem(object);
      if (problem !== null) return ended(1, '', `strict decoding error: ${problem}`);
      objects.set(object.metadata.name, object);
    }
    return ended(0);
  }

  return cluster;
}

/** What a container gets, by the rule of the cluster for `$(NAME)` and `$$` (k8s.io/kubernetes, third_party/forked/golang/expansion). */
export function expanded(text: string): string {
  let out = '';
  for (let at = 0; at < text.length; at++) {
    const next = text[at + 1];
    if (text[at] !== '$' || next === undefined) out += text[at];
    else if (next === '$') {
      out += '$';
      at++;
    } else if (next === '(' && text.includes(')', at)) {
      out += `<replaced ${text.slice(at, text.indexOf(')', at) + 1)}>`;
      at = text.indexOf(')', at);
    } else out += text[at];
  }
  return out;
}

function withDefaults(object: ClusterObject): object {
  return {
    ...object,
    metadata: { ...object.metadata, uid: '4f9c', generation: 1, managedFields: [] },
    spec: { ...object.spec, terminationGracePeriodSeconds: 30 },
    status: { lastScheduleTime: '2026-06-01T02:30:00Z', active: [] },
  };
}

function ended(exitCode: number, stdout = '', stderr = ''): ProcessResult {
  return { exitCode, signal: null, stdout, stderr, timedOut: false };
}
