import type { Backend } from '../backend/backend.ts';
import type { BundleStoreOpener } from '../bundle/store/bundle-store-opener.ts';
import type { Host } from '../host/host.ts';
import type { InventoryHost } from '../job/inventory-host.ts';
import type { JobInput } from '../job/job-input.ts';
import type { RotaEvent, RotaEventMap, RotaEvents } from '../state/events.ts';
import type { Deployer } from '../target/deploy/deployer.ts';
import type { TargetInput } from '../target/target-input.ts';
import type { AlertChannelContribution } from './alert-channel.ts';
import type { HookListener, HookListeners, RotaHook } from './hooks.ts';
import type { PluginCommandGroup } from './plugin-command.ts';
import type { ReadStatusSection } from './status-section.ts';

/** The version of the plugin contract that this core speaks. */
export const pluginApiVersion = 1;

/** For whom a declaration is read. */
export interface PluginPlace {
  /** This machine. Setting up reads at most; it changes nothing. */
  readonly host: Host;
  readonly namespace: string;
  /** Absolute path of the file whose `plugins` has the plugin. */
  readonly config: string;
  /** What this host says of itself in its host file, with the labels that the inventory has for it. */
  readonly identity: {
    readonly hostname: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly role?: string;
  };
  /** The inventory of the config: every machine of the fleet. */
  readonly hosts: readonly InventoryHost[];
}

/** What a plugin may do while it is set up. Everything that it adds is part of the declaration, as if the config had said it. */
export interface PluginApi {
  readonly place: PluginPlace;
  /** Jobs, in the shape of `defineJob` or of a manifest. A problem in one is reported under the plugin's name. */
  addJobs(jobs: readonly JobInput[]): void;
  /**
   * The command of a job that runs one of Rota's own commands, such as `['nix', 'update']`: it starts `<state>/bin/rota`, which outlives a moved
   * checkout, with this config, namespace and state folder.
   */
  rotaCommand(words: readonly string[]): { readonly command: string; readonly args: readonly string[] };
  /** A backend that `--backend NAME`, `backend:` of the config and of a job can name. */
  addBackend(backend: Backend): void;
  /** Commands below one word of their own: `rota NAME ...`. */
  addCommands(group: PluginCommandGroup): void;
  /** A way to tell people, which jobs name in `alerts.channels`. */
  addAlertChannel(channel: AlertChannelContribution): void;
  /** Targets for the registry, as if the config had declared them. */
  addTargets(targets: readonly TargetInput[]): void;
  /** How targets whose `deployment.mode` is this one are deployed. */
  addDeployer(mode: string, deployer: Deployer): void;
  /** Where bundles are kept that declare `stores: [{kind: plugin, plugin: KIND, options}]`. */
  addBundleStore(kind: string, open: BundleStoreOpener): void;
  /** Runs before or after something, and may refuse it before. */
  onHook<H extends RotaHook>(hook: H, listener: HookListener<H>): void;
  /** Listens to an event of Rota, such as `apply:change`. What a listener throws never stops an apply. */
  on<E extends RotaEvent>(event: E, listener: (payload: RotaEventMap[E]) => void | Promise<void>): void;
  /** A section of its own in `rota status` and in the report. */
  addStatus(read: ReadStatusSection): void;
}

/** An extension of Rota: a function that takes options and returns this. */
export interface Plugin {
  /** Used in messages; unique within a config. */
  readonly name: string;
  readonly apiVersion: typeof pluginApiVersion;
  /**
   * Called once each time a declaration is loaded, before its jobs are read. What it throws is reported under the plugin's name.
   */
  setup(api: PluginApi): void | Promise<void>;
}

/** What a plugin brought in. */
export interface LoadedPlugin {
  readonly name: string;
  readonly backends: readonly Backend[];
  readonly commands: readonly PluginCommandGroup[];
  /** Modules are absolute paths here. */
  readonly alertChannels: readonly (Omit<AlertChannelContribution, 'module'> & { readonly module: string })[];
  readonly targets: readonly TargetInput[];
  readonly deployers: Readonly<Record<string, Deployer>>;
  readonly bundleStores: Readonly<Record<string, BundleStoreOpener>>;
  readonly hooks: HookListeners;
  readonly status: readonly ReadStatusSection[];
  /** Connects the listeners of the plugin to the events of a Rota instance. */
  readonly attach: (events: RotaEvents) => void;
}
