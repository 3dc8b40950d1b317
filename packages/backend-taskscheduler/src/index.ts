/**
 * Rota on Windows Task Scheduler.
 *
 * @packageDocumentation
 */
export { commandLine, quoteArgument } from './command-line.ts';
export type { Account, TaskSchedulerOptions } from './options.ts';
export { resultText } from './result-text.ts';
export { taskSchedule } from './simulate/native-schedule.ts';
export { taskscheduler } from './taskscheduler.ts';
export { decodeTaskXml, encodeTaskXml } from './xml/encode-task-xml.ts';
