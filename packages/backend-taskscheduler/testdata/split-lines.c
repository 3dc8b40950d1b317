/* Reads command lines (UTF-16, each ended by NUL) from a file and writes the arguments that CommandLineToArgvW finds after the first
   one: each ended by NUL, each vector by 1 and NUL.  usage: split-lines.exe IN OUT */
#include <windows.h>
#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>

int wmain(int argc, wchar_t **argv) {
  if (argc != 3) return 2;
  FILE *in = _wfopen(argv[1], L"rb"), *out = _wfopen(argv[2], L"wb");
  if (!in || !out) return 3;
  fseek(in, 0, SEEK_END);
  long size = ftell(in);
  rewind(in);
  wchar_t *lines = malloc(size + sizeof(wchar_t));
  if (!lines || fread(lines, 1, size, in) != (size_t)size) return 4;
  wchar_t *end = (wchar_t *)((char *)lines + size);
  for (wchar_t *line = lines; line < end; line += wcslen(line) + 1) {
    int count;
    wchar_t **found = CommandLineToArgvW(line, &count);
    if (!found) return 5;
    for (int i = 1; i < count; i++) fwrite(found[i], sizeof(wchar_t), wcslen(found[i]) + 1, out);
    fwrite(L"\1", sizeof(wchar_t), 2, out);
    LocalFree(found);
  }
  return fclose(out);
}
