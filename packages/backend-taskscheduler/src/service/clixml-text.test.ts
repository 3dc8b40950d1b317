import { expect, test } from 'vitest';
import { clixmlText } from './clixml-text.ts';

test.each([
  ['Ausnahme beim Aufrufen von "Connect"\r\n', 'Ausnahme beim Aufrufen von "Connect"'],
  [
    '#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj S="progress" RefId="0"><MS><I64 N="SourceId">1</I64>' +
      '<PR N="Record"><AV>Preparing modules for first use.</AV></PR></MS></Obj><S S="Error">New-Object : Cannot create type. Only core types are supported _x000D__x000A_</S>' +
      '<S S="Error">in this language mode &lt;&amp;lt;&gt;._x000D__x000A_</S><S S="Error">At line:5 char:12_x000D__x000A_</S></Objs>',
    'New-Object : Cannot create type. Only core types are supported in this language mode <&lt;>. At line:5 char:12',
  ],
  ['#< CLIXML\r\n<Objs Version="1.1.0.1"><Obj S="progress" RefId="0" /></Objs>', ''],
])('of %j the text is %j', (stderr, text) => expect(clixmlText(stderr)).toBe(text));
