/** What a program of a real Windows printed, as somebody reported it. */
export interface Transcript {
  readonly language: string;
  /** Repository and thread. */
  readonly source: string;
  /** As a host delivers it: the bytes of the console's code page, read as UTF-8. */
  readonly says: string;
}

const transcript = (language: string, source: string, text: string, codePage = 'utf-8'): Transcript => ({
  language,
  source,
  says: Buffer.from(encode(text, codePage)).toString('utf8'),
});

/** Of `schtasks`: errors, and lists as `/fo LIST` prints them. */
export const transcripts: readonly Transcript[] = [
  transcript('English', 'TheSleepyAdmin/Scripts#3', 'ERROR: Access is denied.'),
  transcript(
    'English',
    'fatso83/vmware-auto-suspend#7',
    'ERROR: The task XML is malformed.\r\n(1,2)::ERROR: incorrect document syntax',
  ),
  transcript('Spanish', 'openclaw/openclaw#78006', 'ERROR: Acceso denegado.'),
  transcript('German', 'UsefulSoftwareCo/executor#1211', 'Status: Wird ausgeführt', 'windows-1252'),
  transcript('French', 'UsefulSoftwareCo/executor#1211', "État : En cours d'exécution", 'windows-1252'),
  transcript(
    'Norwegian',
    'fatso83/vmware-auto-suspend#8',
    'ERROR: Oppgave-XMLen er feil utformet.\r\n(1,2)::FEIL: feil dokumentsyntaks',
  ),
  transcript('Russian', 'casablanque-code/cfzt#22', 'ОШИБКА: отказано в доступе.', 'ibm866'),
  transcript('Chinese', 'NousResearch/hermes-agent#36033', '错误: 拒绝访问。', 'gbk'),
  transcript('Chinese', 'lidge-jun/opencodex#2918', '错误: 系统找不到指定的文件。', 'gbk'),
  transcript(
    'Japanese',
    'openclaw/openclaw#136459',
    'ホスト名:                 DESK\r\nタスク名:                 \\Gateway\r\n状態:                     準備完了\r\n前回の結果:               0\r\n',
    'shift_jis',
  ),
];

/** The bytes of a text in a code page, found by reading every byte and pair of bytes: there is no encoder for them. */
function encode(text: string, codePage: string): Uint8Array {
  if (codePage === 'utf-8') return Buffer.from(text);
  const decoder = new TextDecoder(codePage);
  const bytesOf = new Map<string, readonly number[]>();
  for (let first = 0; first < 256; first++) {
    for (const bytes of [[first], ...(first < 128 ? [] : Array.from({ length: 192 }, (_, low) => [first, low + 64]))]) {
      const read = decoder.decode(Uint8Array.from(bytes));
      if (read.length === 1 && read !== '\ufffd' && !bytesOf.has(read)) bytesOf.set(read, bytes);
    }
  }
  return Uint8Array.from([...text].flatMap((letter) => bytesOf.get(letter) ?? [63]));
}
