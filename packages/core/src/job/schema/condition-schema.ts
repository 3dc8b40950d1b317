import * as v from 'valibot';
import { oneOrMore, stringMapSchema, textSchema } from './schema-parts.ts';

const hostname = v.optional(
  v.pipe(
    oneOrMore(textSchema, 'a host name or a list of them'),
    v.description('The host, or one of the hosts, that takes the job.'),
  ),
);
const labels = v.optional(v.pipe(stringMapSchema, v.description('Labels that the host must have, from its host file.')));

/** `spec.agent.selector` */
export const selectorSchema = v.pipe(
  v.strictObject({ hostname, labels }),
  v.description('The host must have this name and all of these labels; elsewhere the job is not installed.'),
);

/** `spec.when` */
export const whenSchema = v.pipe(
  v.strictObject({
    hostname,
    labels,
    os: v.optional(
      v.pipe(
        oneOrMore(v.picklist(['linux', 'macos', 'windows']), 'linux, macos or windows, or a list'),
        v.description('Operating systems that take the job.'),
      ),
    ),
    commandExists: v.optional(
      v.pipe(
        oneOrMore(textSchema, 'a program or a list of them'),
        v.description('Programs that must be on the PATH of jobs, or absolute paths.'),
      ),
    ),
    fileExists: v.optional(
      v.pipe(
        oneOrMore(textSchema, 'a path or a list of them'),
        v.description('Files or folders that must exist; relative to the home folder.'),
      ),
    ),
    env: v.optional(v.pipe(stringMapSchema, v.description('Variables that must have these values where the plan is made.'))),
  }),
  v.description('Decides when planning whether the job exists on this host; everything named must hold.'),
);
