/* Prints the instants (seconds since the epoch, one a line) at which Task Scheduler itself says that a registered task will start.
   usage: run-times.exe TASK FROM TO     TASK as \Rota\default\acme\backup; FROM and TO in seconds since the epoch
   build: x86_64-w64-mingw32-gcc -municode -o run-times.exe run-times.c -lole32 -loleaut32
   IRegisteredTask::GetRunTimes takes and gives local times. */
#define COBJMACROS
#define INITGUID
#include <windows.h>
#include <taskschd.h>
#include <stdio.h>
#include <stdlib.h>

static const ULONGLONG epoch = 116444736000000000ULL;

static SYSTEMTIME local_time(long long seconds) {
  ULONGLONG ticks = seconds * 10000000ULL + epoch;
  FILETIME file = {(DWORD)ticks, (DWORD)(ticks >> 32)};
  SYSTEMTIME utc, local;
  FileTimeToSystemTime(&file, &utc);
  SystemTimeToTzSpecificLocalTime(NULL, &utc, &local);
  return local;
}

static long long seconds_of(SYSTEMTIME local) {
  SYSTEMTIME utc;
  FILETIME file;
  TzSpecificLocalTimeToSystemTime(NULL, &local, &utc);
  SystemTimeToFileTime(&utc, &file);
  return (long long)(((((ULONGLONG)file.dwHighDateTime) << 32) + file.dwLowDateTime - epoch) / 10000000ULL);
}

static int failed(const char *what, HRESULT code) {
  fprintf(stderr, "%s: 0x%08lX\n", what, (unsigned long)code);
  return 1;
}

int wmain(int argc, wchar_t **argv) {
  if (argc != 4) return 2;
  HRESULT result = CoInitializeEx(NULL, COINIT_MULTITHREADED);
  if (FAILED(result)) return failed("CoInitializeEx", result);
  ITaskService *service;
  result = CoCreateInstance(&CLSID_TaskScheduler, NULL, CLSCTX_INPROC_SERVER, &IID_ITaskService, (void **)&service);
  if (FAILED(result)) return failed("CoCreateInstance", result);
  VARIANT none;
  VariantInit(&none);
  result = ITaskService_Connect(service, none, none, none, none);
  if (FAILED(result)) return failed("Connect", result);
  wchar_t *name = wcsrchr(argv[1], L'\\');
  if (!name) return 2;
  BSTR folder_path = name == argv[1] ? SysAllocString(L"\\") : SysAllocStringLen(argv[1], (UINT)(name - argv[1]));
  BSTR task_name = SysAllocString(name + 1);
  ITaskFolder *folder;
  result = ITaskService_GetFolder(service, folder_path, &folder);
  if (FAILED(result)) return failed("GetFolder", result);
  IRegisteredTask *task;
  result = ITaskFolder_GetTask(folder, task_name, &task);
  if (FAILED(result)) return failed("GetTask", result);
  SYSTEMTIME from = local_time(_wtoi64(argv[2])), to = local_time(_wtoi64(argv[3]));
  DWORD count = 0;
  SYSTEMTIME *times = NULL;
  result = IRegisteredTask_GetRunTimes(task, &from, &to, &count, &times);
  if (FAILED(result)) return failed("GetRunTimes", result);
  for (DWORD i = 0; i < count; i++) printf("%lld\n", seconds_of(times[i]));
  CoTaskMemFree(times);
  return 0;
}
