/*
 * taskkill /PID N [/T] [/F], for tests under Wine, whose own knows no /T. As Microsoft documents it: /T ends what the process has started, too; without /F
 * a program without a window is not ended. Answers 128 when there is no such process.
 */
#include <windows.h>
#include <tlhelp32.h>

static DWORD found[4096];
static int count;

/* The processes below those that are known, as long as there are more. */
static void add_children(void) {
  int before;
  do {
    before = count;
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    PROCESSENTRY32W one = {.dwSize = sizeof one};
    for (BOOL more = Process32FirstW(all, &one); more; more = Process32NextW(all, &one)) {
      BOOL child = FALSE, known = FALSE;
      for (int i = 0; i < count; i++) {
        child |= found[i] == one.th32ParentProcessID;
        known |= found[i] == one.th32ProcessID;
      }
      if (child && !known && count < 4096) found[count++] = one.th32ProcessID;
    }
    CloseHandle(all);
  } while (count > before);
}

int wmain(int argc, WCHAR **argv) {
  BOOL tree = FALSE, force = FALSE;
  for (int i = 1; i < argc; i++) {
    if (lstrcmpiW(argv[i], L"/T") == 0) tree = TRUE;
    else if (lstrcmpiW(argv[i], L"/F") == 0) force = TRUE;
    else if (lstrcmpiW(argv[i], L"/PID") == 0 && i + 1 < argc) {
      for (const WCHAR *digit = argv[++i]; *digit; digit++) found[0] = found[0] * 10 + (*digit - L'0');
      count = 1;
    }
  }
  HANDLE leader = count == 0 ? NULL : OpenProcess(PROCESS_TERMINATE, FALSE, found[0]);
  if (leader == NULL) return 128;
  CloseHandle(leader);
  if (!force) return 1;
  if (tree) add_children();
  for (int i = 0; i < count; i++) {
    HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, found[i]);
    if (process == NULL) continue;
    TerminateProcess(process, 1);
    CloseHandle(process);
  }
  return 0;
}
