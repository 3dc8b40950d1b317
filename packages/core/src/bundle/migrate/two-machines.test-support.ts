import { type TestMachine, testMachine } from '@rota/test-support';

/** How the command is called inside a machine, where the checkout is at /src. */
export const rota = '/src/examples/cli/bin.js';

/** Two machines with the same service installed, running on `old`, and a third that uses it from outside. */
export interface Machines {
  readonly old: TestMachine;
  readonly fresh: TestMachine;
  readonly client: TestMachine;
}

/**
 * A service with a SQLite database that is written to all the time, by itself and by whoever asks: `GET /write` answers with the number of the
 * row and how it begins, once it is committed. Beside the database are files that it never changes. It notes when it runs.
 */
const service = `#!/usr/bin/python3
import http.server, os, socketserver, sqlite3, sys, threading, time
open('/run/app-times', 'a').write(f'start {time.time()}\\n')
db = '/var/lib/app/app.db'
lock = threading.Lock()
link = sqlite3.connect(db, check_same_thread=False, timeout=10)
link.execute('PRAGMA journal_mode=WAL')
link.execute('PRAGMA synchronous=NORMAL')
link.execute('CREATE TABLE IF NOT EXISTS entry(n INTEGER PRIMARY KEY, pad BLOB)')
link.commit()
def write(size=100):
    with lock:
        pad = os.urandom(size)
        n = link.execute('INSERT INTO entry(pad) VALUES(?)', (pad,)).lastrowid
        link.commit()
        return f'{n} {pad[:8].hex()}'
def writer():
    while True:
        write(2000)
        time.sleep(0.01)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == '/write': text = write()
        else:
            with lock: text = link.execute('PRAGMA quick_check').fetchone()[0] if self.path == '/check' else 'ok'
        self.send_response(200); self.end_headers(); self.wfile.write(text.encode())
    def log_message(self, *rest): pass
class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True
threading.Thread(target=writer, daemon=True).start()
Server(('', 8080), Handler).serve_forever()
`;

const unit = `[Unit]
Description=app
[Service]
ExecStart=/usr/bin/python3 /opt/app.py
ExecStopPost=/bin/sh -c 'echo stop $(date +%%s.%%N) >>/run/app-times'
Restart=on-failure
[Install]
WantedBy=multi-user.target
`;

/** Asks one machine, then the other, twenty times a second, and keeps the time and the answer of each that came. */
const client = `#!/usr/bin/python3
import sys, time, urllib.request
out = open('/root/answers', 'w')
hosts = ['old', 'fresh']
while True:
    for host in list(hosts):
        try:
            n = urllib.request.urlopen(f'http://{host}:8080/write', timeout=2).read().decode()
            out.write(f'{time.time()} {host} {n}\\n'); out.flush()
            hosts.sort(key=lambda one: one != host)
            break
        except Exception: pass
    time.sleep(0.05)
`;

/** Boots the machines, lays out the state and starts the service on `old`. */
export async function twoMachines(
  name: string,
  input: { readonly megabytes: number; readonly files: number },
): Promise<Machines> {
  const network = `${name}-net`;
  const [old, fresh, user] = [
    await testMachine(`${name}-old`, { network }),
    await testMachine(`${name}-fresh`, { network }),
    await testMachine(`${name}-client`, { network }),
  ];
  if (old === undefined || fresh === undefined || user === undefined) throw new Error('a machine did not boot');
  const write = async (machine: TestMachine, path: string, text: string) =>
    await machine.output('sh', ['-c', 'mkdir -p "$(dirname "$1")"; cat >"$1"', 'write', path], { input: text });
  for (const machine of [old, fresh]) {
    await write(machine, '/opt/app.py', service);
    await write(machine, '/etc/systemd/system/app.service', unit);
    await machine.output('systemctl', ['daemon-reload']);
  }
  await trust(fresh, old);
  await old.output('mkdir', ['-p', '/var/lib/app/media']);
  const megabytesEach = Math.max(1, Math.floor(input.megabytes / input.files));
  const fill = `for n in $(seq ${input.files}); do head -c ${megabytesEach}M /dev/urandom >/var/lib/app/media/$n; done`;
  await old.output('sh', ['-c', fill], { timeoutMs: 600_000 });
  await old.output('systemctl', ['enable', '--now', '--quiet', 'app']);
  await write(user, '/opt/client.py', client.replace("['old', 'fresh']", `['${old.name}', '${fresh.name}']`));
  return { old, fresh, client: user };
}

/** Lets root of `from` in on `to`. */
export async function trust(to: TestMachine, from: TestMachine): Promise<void> {
  await from.output('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', '/root/.ssh/id_ed25519']);
  await to.output('sh', ['-c', 'mkdir -p /root/.ssh; cat >/root/.ssh/authorized_keys'], {
    input: await from.output('cat', ['/root/.ssh/id_ed25519.pub']),
  });
  await from.output('sh', [
    '-c',
    `until ssh-keyscan -T 2 ${to.name} >/root/.ssh/known_hosts 2>/dev/null && test -s /root/.ssh/known_hosts; do sleep 0.2; done`,
  ]);
}

/** What the service of the machines remembers, as `spec.state`. */
export const appState = {
  roots: [{ name: 'data', path: '/var/lib/app' }],
  databases: [{ kind: 'sqlite', name: 'app', path: '/var/lib/app/app.db' }],
  stop: [{ unit: 'app.service', scope: 'system' }],
  hooks: { health: [['curl', '-fsS', '--max-time', '5', 'http://localhost:8080/health']] },
  healthTimeout: '30s',
};

/** Declares the state of the service on a machine; `change` is more of \`spec.state\`, as JSON. */
export async function declareApp(machine: TestMachine, change: object = {}): Promise<void> {
  // It looks at the database too.
  const health = [['curl', '-fsS', '--max-time', '5', 'http://localhost:8080/check']];
  const state = { ...appState, hooks: { health }, ...change };
  const manifest = {
    apiVersion: 'v1',
    kind: 'Job',
    metadata: { name: 'app', tenant: 'acme' },
    spec: { schedule: '0 3 * * *', command: '/bin/true', state },
  };
  const config = `export default { manifests: ['jobs'] };\n`;
  await machine.output('sh', ['-c', 'mkdir -p /root/app/jobs; cat >/root/app/jobs/app.yaml'], {
    input: JSON.stringify(manifest),
  });
  await machine.output('sh', ['-c', 'cat >/root/app/jobs.config.mjs'], { input: config });
}

/** What the client outside has seen: its longest wait in milliseconds between two answers, and the last number it was given. */
export async function seenOutside(
  machine: TestMachine,
): Promise<{ readonly longestGapMs: number; readonly last: number; readonly hosts: readonly string[] }> {
  const lines = (await machine.output('cat', ['/root/answers'])).split('\n').map((line) => line.split(' '));
  let longestGapMs = 0;
  for (const [at, [time]] of lines.entries()) {
    const before = lines[at - 1]?.[0];
    if (before !== undefined) longestGapMs = Math.max(longestGapMs, (Number(time) - Number(before)) * 1000);
  }
  return {
    longestGapMs,
    last: Math.max(...lines.map(([, , n]) => Number(n))),
    hosts: [...new Set(lines.map(([, host]) => host ?? ''))],
  };
}
