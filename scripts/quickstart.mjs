// `npm run quickstart`: from a fresh clone to a job that has run, and back. Needs Node and npm, nothing else.
// `npm run quickstart -- --backend NAME` chooses the scheduler: systemd, cron, taskscheduler or embedded.
import { parseArgs } from 'node:util';
import { installAndBuild } from './quickstart/install-and-build.mjs';
import { onInterrupt } from './quickstart/on-interrupt.mjs';
import { say } from './quickstart/say.mjs';
import { tour } from './quickstart/tour.mjs';
import { workplace } from './quickstart/workplace.mjs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  say(`Rota needs Node 20.19 or later; this is ${process.versions.node}.`);
  process.exit(1);
}

const { values } = parseArgs({ options: { backend: { type: 'string' } } });
const interruption = onInterrupt();
const place = workplace();
let outcome;
try {
  await installAndBuild(interruption);
  place.create();
  outcome = await tour(place, interruption, values.backend);
} catch (error) {
  outcome = error;
}

const left = await place.remove();
if (interruption.aborted) {
  say(`Interrupted. ${left === '' ? 'Everything that the quickstart had installed was removed.' : left}`);
  process.exitCode = 130;
} else if (outcome instanceof Error) {
  say(`The quickstart did not finish: ${outcome.message}`);
  say(left === '' ? 'Everything that it had installed was removed.' : left);
  process.exitCode = 1;
} else {
  say(left === '' ? `Done: ${outcome} Everything was removed again, and nothing is left on this machine.` : left);
  process.exitCode = left === '' ? 0 : 1;
}
