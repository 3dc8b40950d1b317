/** Task Scheduler's own codes and the system errors that it gives as a task's result. Source: Microsoft, "Task Scheduler Error and Success Constants"; winerror.h. */
const known: Readonly<Record<number, string>> = {
  0: 'ended well',
  267008: 'ready to run at its next time',
  267009: 'running now',
  267010: 'disabled',
  267011: 'has not run yet',
  267012: 'no further runs are scheduled',
  267013: 'has no trigger or other property that it needs',
  267014: 'was ended by the user or by its time limit',
  267015: 'has no triggers, or all are disabled',
  267016: 'event triggers have no set times',
  267035: 'registered, but not all its triggers will start it',
  267036: 'registered, but it may fail to start without the right to log on as a batch job',
  267045: 'queued: a start was asked for and waits',
  2147750665: 'a trigger was not found',
  2147750666: 'something that it needs to run is not set',
  2147750667: 'was not running',
  2147750668: 'Task Scheduler is not installed',
  2147750669: 'the task could not be opened',
  2147750671: 'no account is set for it',
  2147750672: 'its account could not be found',
  2147750675: 'the format of the task is of an unknown version',
  2147750676: 'it has no account whose rights it could run with',
  2147750677: 'the Task Scheduler service is not running',
  2147750678: 'its XML has an element that is not expected there',
  2147750679: 'its XML has a namespace that is not expected',
  2147750680: 'its XML has a value that is not allowed',
  2147750681: 'its XML lacks an element',
  2147750682: 'its XML is malformed',
  2147750685: 'it has too many elements of one kind (at most 48 triggers)',
  2147750686: 'the trigger would never fire',
  2147750687: 'an instance is running already',
  2147750688: 'it runs only while its user is logged on, and nobody is',
  2147750689: 'its file is damaged, or was changed by another than Task Scheduler',
  2147750690: 'the Task Scheduler service is not available',
  2147750691: 'the Task Scheduler service is too busy',
  2147750692: 'it ended before it was done',
  2147750694: 'it is disabled',
  2147750695: 'it has triggers that earlier versions of Windows do not know',
  2147750696: 'it cannot be started on demand',
  2147750697: 'its settings do not go together in the scheduling engine',
  2147750704: 'it uses something that this Windows has given up',
  2147942402: 'a file was not found: the program, or the working folder',
  2147942403: 'a folder was not found',
  2147942405: 'access was denied',
  2147942667: 'the working folder is not a folder',
  2147942593: 'the program is not one for this Windows',
  2147943712: 'a policy forbids to keep what it logs on with',
  2147943140: 'the program asks for elevation',
  2147943645: 'nobody is logged on whose rights it needs',
  2147943726: 'the user name or password is wrong',
  2147943785: 'the account has not the right to log on this way',
  2147946720:
    'the operator or administrator has refused the request: a condition such as power was not met, or an instance was running',
  3221225786: 'was ended by Ctrl+C or the closing of its window',
  3221225477: 'crashed: access violation',
  3221225781: 'could not start: a library is missing',
  3221225794: 'could not start: a library failed to initialise',
  3221225725: 'crashed: stack overflow',
};

/** A result code in words, with the code itself, in hexadecimal where it is not a plain exit status. */
export function resultText(code: number): string {
  const unsigned = code >>> 0;
  const words = known[unsigned];
  const number = unsigned < 0x10000 ? String(unsigned) : `0x${unsigned.toString(16).toUpperCase().padStart(8, '0')}`;
  if (words !== undefined) return `${words} (${number})`;
  return unsigned < 0x10000 ? `exit status ${number}` : `unknown result ${number}`;
}

/** True for results that say that the task's own program was never started, or not by now. */
export function neverStarted(code: number): boolean {
  const unsigned = code >>> 0;
  // COM errors of the scheduler and of the system; a crashed program has a status of the 0xC range.
  return unsigned >= 0x80000000 && unsigned < 0xc0000000;
}
