// Loaded into the runner with `--require`: kills it right before the step that KILL_AT counts, of all those that change the disk, start a
// process or open a connection.
const childProcess = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');

let left = Number(process.env.KILL_AT);

function intercept(owner, name) {
  const real = owner[name];
  owner[name] = (...args) => {
    left -= 1;
    if (left < 0) process.kill(process.pid, 'SIGKILL');
    return real.apply(owner, args);
  };
}

for (const name of ['openSync', 'writeSync', 'mkdirSync', 'rmdirSync', 'renameSync', 'unlinkSync', 'rmSync', 'utimesSync'])
  intercept(fs, name);
for (const name of ['writeFileSync', 'appendFileSync']) intercept(fs, name);
intercept(childProcess, 'spawn');
intercept(http, 'request');
