// @ts-check
import { systemd } from '@rota/backend-systemd';
import { createRota, declarationOf, defineJob } from '@rota/core';

const rota = createRota({ backends: [systemd()], namespace: 'embed' });
const hello = defineJob({ name: 'hello', tenant: 'demo', schedule: '* * * * *', command: '/bin/echo hello' });
const plan = await rota.plan(await declarationOf([hello], { namespace: 'embed' }));
const { generation } = await rota.apply(plan);
const record = await rota.waitForRun('hello', { timeoutMs: 150_000 });
console.log(JSON.stringify({ generation, record }));
await rota.destroy();
