import type { Issue } from '../errors/issue.ts';
import type { LoadedPlugin } from '../plugin/plugin.ts';
import type { Declaration } from './declaration.ts';

/** Where to look for what is declared. */
export interface LoadOptions {
  /** A config. @default `jobs.config.{ts,mts,js,mjs,json,yaml}` in `cwd` or above */
  readonly config?: string | undefined;
  /** Manifest files and folders; then no config is looked for, and they are the whole declaration of the namespace. */
  readonly files?: readonly string[] | undefined;
  /** What relative names start from. @default the folder of the process */
  readonly cwd?: string | undefined;
  /** Wins over the config's. */
  readonly namespace?: string | undefined;
  /** @default `~/.config/rota/host.yaml`, if it exists */
  readonly hostFile?: string | undefined;
  /** What a config function is told. @default 'plan' */
  readonly command?: string | undefined;
  /** Targets without any job are a declaration too. What plans jobs never says so: it would remove all that are installed. @default false */
  readonly jobsOptional?: boolean | undefined;
  /** Configs in TypeScript or JavaScript may be run; false refuses them, also where a config in YAML extends one. @default true */
  readonly allowCode?: boolean | undefined;
}

/** What was found, sound or not. */
export interface DeclarationAttempt {
  /** Absent when any issue is an error. */
  readonly declaration?: Declaration;
  /** Jobs that were read without error, of all hosts. */
  readonly jobCount: number;
  readonly issues: readonly Issue[];
  /** Those that could be set up, even where something else is wrong. */
  readonly plugins: readonly LoadedPlugin[];
  readonly namespace: string;
}
