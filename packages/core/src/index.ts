export type { ApplyPlanInput, ApplyResult } from './apply/apply-plan.ts';
export { compareGenerations } from './apply/compare-generations.ts';
export { installedEntries } from './apply/installed-entries.ts';
export type { EnsureMaintenanceInput } from './apply/maintenance-job.ts';
export { maintenanceNamespace } from './apply/maintenance-namespace.ts';
export { type MaintainedNamespace, type MaintenanceReport, readMaintenance } from './apply/maintenance-report.ts';
export { needsMaintenance } from './apply/needs-maintenance.ts';
export type { Recovery } from './apply/recover.ts';
export type { RollbackInput } from './apply/rollback.ts';
export type { ApplyJobResult } from './apply/run-apply-jobs.ts';
export type { SwitchedOriginal } from './apply/switched-original.ts';
export { type Adoption, adoptsAnnotation, parseAdoption, printAdoption } from './backend/adoption.ts';
export * from './backend/backend.ts';
export { type Feature, type FeatureDecision, features } from './backend/feature.ts';
export type {
  AdoptedOriginal,
  ForeignEntry,
  ForeignIdentity,
  ForeignReading,
  ForeignSwitch,
  SwitchForeignInput,
} from './backend/foreign-entry.ts';
export { jobPath } from './backend/job-path.ts';
export type { LaunchFile, LaunchGate } from './backend/launch-file.ts';
export { type LoweringContext, lower, stopGraceSeconds, unavailableFeatures } from './backend/lower.ts';
export type { Lowering } from './backend/lowering.ts';
export type { CaptureInput, CaptureResult } from './bundle/capture/capture-input.ts';
export type { CapturePlan } from './bundle/capture/plan-capture.ts';
export { type BundleDifference, diffBundles } from './bundle/diff-bundles.ts';
export type { FetchedBundle, FindBundleInput, FoundBundle } from './bundle/find-bundle.ts';
export type { BundleArtifact, BundleEntry, BundleHead, BundleManifest, BundleProblem } from './bundle/format/manifest.ts';
export type { BundleReader, MemberSink } from './bundle/format/read-bundle.ts';
export type { Forecast, ForecastStep } from './bundle/migrate/forecast.ts';
export type { PlannedMove } from './bundle/migrate/migrate-bundle.ts';
export type { MigrateInput, MigrationPhase } from './bundle/migrate/migrate-input.ts';
export type { MigrateResult } from './bundle/migrate/move-service.ts';
export type { MigrationPlan } from './bundle/migrate/plan-migration.ts';
export type { Round } from './bundle/migrate/pre-copy.ts';
export type { Prepared } from './bundle/migrate/protocol.ts';
export type { ReceiveInput } from './bundle/migrate/receive-migration.ts';
export type { ScannedRoot } from './bundle/migrate/scan-state.ts';
export type { PruneDecision } from './bundle/prune-bundles.ts';
export type { BundleRecovery } from './bundle/recover-bundles.ts';
export type { RestoreInput, RestorePlan, RestoreResult } from './bundle/restore/restore.ts';
export type { VerifyCheck, VerifyInput, VerifyLevel, VerifyResult } from './bundle/restore/verify-bundle.ts';
export type { GuardKind } from './bundle/service/downtime.ts';
export { type BundleJobInput, bundleJob } from './bundle/spec/bundle-job.ts';
export type {
  BundleDatabase,
  BundleRetention,
  BundleRoot,
  BundleService,
  BundleSpec,
  HookName,
  IdentityRule,
  StoreDeclaration,
} from './bundle/spec/bundle-spec.ts';
export type { BundleInput } from './bundle/spec/define-bundle.ts';
export type { SshPlace } from './bundle/ssh-command.ts';
export type { BundleContent, BundleStore, Sidecar } from './bundle/store/bundle-store.ts';
export type { BundleStoreOpener, BundleStoreOpeners, OpenBundleStoreInput } from './bundle/store/bundle-store-opener.ts';
export * from './config/declaration.ts';
export { declarationError } from './config/declaration-error.ts';
export type { DeclarationOfOptions } from './config/declaration-of-options.ts';
export {
  type Config,
  type ConfigEnvironment,
  type ConfigFunction,
  defineConfig,
  type PluginEntry,
} from './config/layers/define-config.ts';
export type { DeclarationAttempt, LoadOptions } from './config/load-options.ts';
export { configNames, findConfig } from './config/source/find-config.ts';
export { defaultHostFile } from './config/this-host/default-host-file.ts';
export type { ValidateOptions, Validation } from './config/validate/validate-declaration.ts';
export type { DiagnoseInput } from './doctor/diagnose.ts';
export type { Diagnosis, DoctorFinding } from './doctor/diagnosis.ts';
export { embedded } from './embedded/embedded.ts';
export type { RunAllEvent, RunAllOptions } from './embedded/run-all.ts';
export type { StartedRunner, StartRunner, StartRunnerInput } from './embedded/start-runner.ts';
export { catalogue, type ErrorCode } from './errors/catalogue.ts';
export type { Issue, SourcePlace } from './errors/issue.ts';
export { nearest } from './errors/nearest.ts';
export { isRotaError, RotaError, type RotaErrorOptions } from './errors/rota-error.ts';
export { type CreateRotaOptions, createRota } from './face/create-rota.ts';
export {
  bundleOfJob,
  captureBundle,
  defineBundle,
  findBundle,
  folderStore,
  migrateBundle,
  openStore,
  planCapture,
  planMove,
  planRestore,
  pruneBundles,
  readBundle,
  readManifest,
  receiveMigration,
  recoverBundles,
  restoreBundle,
  verifyBundle,
} from './face/on-demand/bundles.ts';
export {
  attemptDeclaration,
  declarationOf,
  declareEntries,
  loadDeclaration,
  parseManifests,
  readInventory,
  validateDeclaration,
} from './face/on-demand/declare.ts';
export {
  applyPlan,
  ensureMaintenance,
  maintain,
  makePlan,
  makeRendering,
  recoverNamespace,
  rollback,
  simulate,
  syncRepository,
  translateJob,
} from './face/on-demand/plan-and-apply.ts';
export { buildReport, renderReport, serveReport, summarizeBundles } from './face/on-demand/report.ts';
export { diagnose, readPluginStatus, readRunner, readStatus, runAll, waitForRun } from './face/on-demand/run-and-watch.ts';
export {
  buildTargets,
  checkHints,
  deployTargets,
  markDeployed,
  planTargets,
  readTargetRecords,
} from './face/on-demand/targets.ts';
export type { ApplyOptions, PlanOptions, RenderOptions, Rota } from './face/rota.ts';
export { createHost, type HostOptions } from './host/create-host.ts';
export type { FileFacts, Files } from './host/files.ts';
export type { Host, HostUser } from './host/host.ts';
export { nodeFiles } from './host/node-files.ts';
export type { ProcessRequest, ProcessResult, ProcessRunner } from './host/process-runner.ts';
export { systemTimezone } from './host/system-timezone.ts';
export { zoneRoots } from './host/zone-roots.ts';
export { compareForeign, comparisonNote, type ForeignComparison } from './import/compare-foreign.ts';
export type { DeclareOptions, ImportedEntry } from './import/declare-entries.ts';
export { printConfig, printManifest } from './import/print-declarations.ts';
export type { Inventory } from './import/read-inventory.ts';
export { bareJob } from './job/bare-job.ts';
export { defineJob } from './job/define-job.ts';
export { parseDuration, printDuration } from './job/duration.ts';
export type { InventoryHost } from './job/inventory-host.ts';
export * from './job/job.ts';
export type { FlatJob, JobInput, JobManifest, JobMetadata, JobSpec } from './job/job-input.ts';
export { compareJobKeys, parseJobKey, printJobKey } from './job/job-key.ts';
export { type CommandLine, quoteCommandLine, splitCommandLine } from './job/normalise/command-line.ts';
export {
  type CheckinDefaults,
  type JobContext,
  type JobDefaults,
  jobContext,
  type KnownAlertChannel,
} from './job/normalise/job-context.ts';
export { hasReferences, type ParsedReferences, parseReferences, type ReferencePart } from './job/normalise/references.ts';
export type { ParsedManifests } from './job/read/parsed-manifests.ts';
export { exclusionReason, type SelectingHost, type SelectingMachine } from './job/select-for-host.ts';
export type { StateInput } from './job/state-input.ts';
export type { Paint, PlanColors, PrintPlanOptions } from './plan/change-lines.ts';
export type { ClockChangeDay, ClockChangeEffect } from './plan/clock-change-days.ts';
export type { Declared } from './plan/declared.ts';
export { type Difference, differences } from './plan/differences.ts';
export type { MakePlanInput } from './plan/make-plan.ts';
export type { MakeRenderingInput } from './plan/make-rendering.ts';
export type { MovedDeclaration } from './plan/moved-change.ts';
export { hasLabels, narrowPlan } from './plan/narrow-plan.ts';
export type { Change, NotForThisHost, Plan, PlanAction, PlannedEntry } from './plan/plan.ts';
export { hasChanges, planToJson } from './plan/plan-to-json.ts';
export { printChanges } from './plan/print-changes.ts';
export { printPlan } from './plan/print-plan.ts';
export type { RenderedJob, Rendering } from './plan/render.ts';
export type { Collision, Overrun, SimulatedJob, SimulatedRuns, Simulation, SimulationInput } from './plan/simulate.ts';
export type { Stagger } from './plan/stagger-hosts.ts';
export type { Translation } from './plan/translate-job.ts';
export type { AlertChannelContribution } from './plugin/alert-channel.ts';
export { definePlugin, type OptionsSchema, type PluginDefinition, type StandardResult } from './plugin/define-plugin.ts';
export type { HookListener, HookListeners, HookOutcome, HookPlace, RotaHook, RotaHookMap } from './plugin/hooks.ts';
export { type LoadedPlugin, type Plugin, type PluginApi, type PluginPlace, pluginApiVersion } from './plugin/plugin.ts';
export * from './plugin/plugin-command.ts';
export type { PluginRota } from './plugin/plugin-rota.ts';
export type { PluginStatus, ReadStatusSection, StatusContext, StatusSection } from './plugin/status-section.ts';
export type { JobFacts, ReportFacts } from './report/build-report.ts';
export type { OtherFacts } from './report/find-attention.ts';
export type { ReportOptions } from './report/gather-report.ts';
export type { RenderReportOptions } from './report/render-report.ts';
export type * from './report/report.ts';
export type { ServedReport, ServeReportInput } from './report/serve-report.ts';
export { buildLaunchFile, type LaunchFileInput } from './run/launch/build-launch-file.ts';
export { type CommandPlace, installCommand } from './run/launch/install-command.ts';
export { type LauncherInput, launcherScript } from './run/launch/launcher.ts';
export { printLaunchFile } from './run/launch/print-launch-file.ts';
export { recorderScript } from './run/launch/recorder.ts';
export { appendRecord } from './run/record/append-record.ts';
export { instantSeconds, instantText } from './run/record/instant-text.ts';
export { type ReadRecordsOptions, readRecords } from './run/record/read-records.ts';
export { type Retention, retainRuns } from './run/record/retain-runs.ts';
export type { RunRecord, RunStatus } from './run/record/run-record.ts';
export type { AlertMessage } from './run/tell/alert-message.ts';
export type { AlertNews } from './run/tell/alert-of.ts';
export type { SendAlert, SendAlertContext } from './run/tell/plugin-channel.ts';
export { type Calendar, type CalendarField, daysMustBothMatch, followsWallClock } from './schedule/calendar.ts';
export { describeCron } from './schedule/cron/describe-cron.ts';
export { type CronParserExpression, type CronParserField, fromCronParser } from './schedule/cron/from-cron-parser.ts';
export { nicknames, parseCron } from './schedule/cron/parse-cron.ts';
export { printCron } from './schedule/cron/print-cron.ts';
export { type ToCronParserOptions, toCronParser } from './schedule/cron/to-cron-parser.ts';
export { type FireTimesOptions, fireTimes } from './schedule/fire-times.ts';
export { firesBetween } from './schedule/fires-between.ts';
export { nextFire } from './schedule/next-fire.ts';
export { previousFire } from './schedule/previous-fire.ts';
export { comparisonWindows, horizonWindow, type TimeWindow } from './schedule/proof/comparison-windows.ts';
export { freshHorizon, HORIZON_YEARS, type Horizon, horizonIsStale } from './schedule/proof/horizon.ts';
export type { NativeSchedule } from './schedule/proof/native-schedule.ts';
export { type Fidelity, type Proof, proofSampleSize, proveSchedule } from './schedule/proof/prove-schedule.ts';
export { scheduleWarnings } from './schedule/proof/schedule-warnings.ts';
export { smallestGap } from './schedule/proof/smallest-gap.ts';
export { defineSchedule, type Schedule } from './schedule/schedule.ts';
export { hostZone } from './schedule/zone/host-zone.ts';
export { type LoadZoneOptions, loadZone } from './schedule/zone/load-zone.ts';
export {
  type PosixChange,
  type PosixDate,
  type PosixRule,
  parsePosixRule,
  posixChangesInYear,
} from './schedule/zone/posix-rule.ts';
export type { Zone, ZoneChange } from './schedule/zone/zone.ts';
export { canonicalJson, digestOf } from './state/digest.ts';
export { createEvents, type RotaEvent, type RotaEventMap, type RotaEvents } from './state/events.ts';
export type { AdoptedEntry, Generation, GenerationEntry } from './state/generation.ts';
export { type NamespaceLayout, namespaceLayout, type StateLayout, stateLayout } from './state/layout.ts';
export { listNamespaces } from './state/list-namespaces.ts';
export { type LockHolder, type LockOptions, lockHolder, withLock } from './state/lock.ts';
export { namespacesFrom } from './state/namespaces-from.ts';
export { isAlive, ownIdentity, type ProcessIdentity } from './state/process-identity.ts';
export type { FollowLogsOptions } from './status/follow-logs.ts';
export type { JobStatus, Run } from './status/job-status.ts';
export { type HistoryFilter, readHistory } from './status/read-history.ts';
export type { JobFilter } from './status/read-installed.ts';
export type { ReadLogsOptions } from './status/read-logs.ts';
export { toRun } from './status/to-run.ts';
export type { WaitForRunOptions } from './status/wait-for-run.ts';
export type { WatchOptions } from './status/watch-runs.ts';
export { type SyncJobInput, syncJob, syncNamespace } from './sync/sync-job.ts';
export type { SyncOptions, SyncResult, SyncTarget } from './sync/sync-repository.ts';
export { listSyncStatus, type Revision, readSyncStatus, type SyncSource, type SyncStatus } from './sync/sync-status.ts';
export type { BuildTargetsInput } from './target/build/build-targets.ts';
export type { BuildFailure, BuildFailureKind } from './target/build/nix-build.ts';
export type { TargetBuild, TargetBuilds } from './target/build/target-build.ts';
export { defineTarget } from './target/define-target.ts';
export type { DeployTargetsInput, MarkedDeployment } from './target/deploy/deploy-targets.ts';
export type { Deployer, DeployRequest, DeployStep } from './target/deploy/deployer.ts';
export type { TargetDeployment, TargetDeployments } from './target/deploy/target-deployment.ts';
export { type GithubMatrix, githubMatrix } from './target/plan/github-matrix.ts';
export type { PlanTargetsInput } from './target/plan/plan-targets.ts';
export type { PlannedTarget, ReasonKind, TargetPlan, TargetReason, TargetState } from './target/plan/target-plan.ts';
export type { Deployment, Target } from './target/target.ts';
export type { TargetInput } from './target/target-input.ts';
export type { BuiltRecord, DeployedRecord, TargetRecord, TargetRecords } from './target/target-records.ts';
export { type AskedSystems, linuxSystemOf, systemsOf } from './target/target-system.ts';
