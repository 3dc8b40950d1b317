/**
 * The one script that Rota runs in Windows PowerShell. It speaks to the COM service `Schedule.Service`, whose answers are in no language. Request and reply are
 * base64 of JSON in UTF-8, because the console's code page would change other letters; each step of a batch has a line of its own, because Windows
 * PowerShell 5.1 reads no JSON of more than 2 MB (fox-it/Invoke-ACLPwn#6). It is a plain argument, without a double quote: virus scanners take
 * `-EncodedCommand` for an attack (openclaw/openclaw#138224).
 *
 * Flags: GetTasks(1) includes hidden tasks; RegisterTask 6 is TASK_CREATE_OR_UPDATE; logon types 2 S4U, 3 interactive token, 5 service account; state 4 is running.
 */
export const powerShellScript = String.raw`
$ErrorActionPreference = 'Stop'
function Read-Line($line) {
  ConvertFrom-Json -InputObject ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($line)))
}
$lines = @([Console]::In.ReadToEnd().Trim().Split([char]10))
$request = Read-Line $lines[0]
$service = New-Object -ComObject 'Schedule.Service'
$service.Connect()

function Get-Code($record) {
  $inner = $record.Exception
  while ($null -ne $inner.InnerException) { $inner = $inner.InnerException }
  '0x{0:X8}' -f $inner.HResult
}
function Find-Folder($path) {
  try { $service.GetFolder($path) } catch {
    if (@('0x80070002', '0x80070003') -contains (Get-Code $_)) { return $null }
    throw
  }
}
function Split-TaskPath($path) {
  $at = $path.LastIndexOf('\')
  @{ Folder = $(if ($at -le 0) { '\' } else { $path.Substring(0, $at) }); Name = $path.Substring($at + 1) }
}
function Find-Task($path) {
  $parts = Split-TaskPath $path
  $folder = Find-Folder $parts.Folder
  if ($null -eq $folder) { return $null }
  try { $folder.GetTask($parts.Name) } catch {
    if (@('0x80070002', '0x80070003') -contains (Get-Code $_)) { return $null }
    throw
  }
}
function Open-Folder($path) {
  $at = ''
  foreach ($part in $path.Trim('\').Split('\')) {
    $parent = $(if ($at -eq '') { '\' } else { $at })
    $at = $at + '\' + $part
    if ($null -eq (Find-Folder $at)) { [void]$service.GetFolder($parent).CreateFolder($part) }
  }
  $service.GetFolder($path)
}
function Remove-EmptyFolders($path) {
  while ($path -like '\Rota*') {
    $folder = Find-Folder $path
    if ($null -ne $folder) {
      if ($folder.GetTasks(1).Count -gt 0 -or $folder.GetFolders(0).Count -gt 0) { return }
      $parts = Split-TaskPath $path
      # An empty folder that Windows does not let go of harms nobody (community.windows#371).
      try { $service.GetFolder($parts.Folder).DeleteFolder($parts.Name, 0) } catch { return }
    }
    $path = (Split-TaskPath $path).Folder
  }
}
function Read-Tasks($folder) {
  foreach ($task in @($folder.GetTasks(1))) {
    # Of a damaged task Windows gives no more than the name.
    $entry = @{ path = $task.Path }
    try { $entry.xml = $task.Xml } catch { $entry.code = (Get-Code $_) }
    $entry
  }
  foreach ($inner in @($folder.GetFolders(0))) { Read-Tasks $inner }
}
function Register-Xml($path, $xml, $logon) {
  $parts = Split-TaskPath $path
  $folder = Open-Folder $parts.Folder
  [void]$folder.RegisterTask($parts.Name, $xml, 6, $null, $null, $logon)
}
function Remove-Task($path) {
  $parts = Split-TaskPath $path
  if ($null -ne (Find-Task $path)) { $service.GetFolder($parts.Folder).DeleteTask($parts.Name, 0) }
  Remove-EmptyFolders $parts.Folder
}
# What the batch has not changed is left alone: where a registration is refused, so is the way back.
function Restore-Task($step) {
  $now = Find-Task $step.path
  if ($null -ne $step.enabled) {
    if ($null -eq $now -or $now.Enabled -ne $step.enabled) { $now.Enabled = $step.enabled }
  } elseif ($null -eq $step.xml) { Remove-Task $step.path
  } elseif ($null -eq $now -or $now.Xml -cne $step.xml) { Register-Xml $step.path $step.xml $step.logon }
}
function Get-Epoch($time) {
  if ($time.Year -lt 2000) { return $null }
  ([DateTimeOffset]$time).ToUnixTimeSeconds()
}

$reply = @{ ok = $true }
switch ($request.op) {
  'read' {
    $folder = Find-Folder $request.folder
    $reply.tasks = @(if ($null -ne $folder) { Read-Tasks $folder })
  }
  'account' {
    $me = [Security.Principal.WindowsIdentity]::GetCurrent()
    $reply.sid = $me.User.Value
    $reply.name = $me.Name
  }
  'facts' {
    $reply.tasks = @(foreach ($path in $request.paths) {
      $task = Find-Task $path
      if ($null -ne $task) {
        @{ path = $task.Path; running = ($task.State -eq 4); lastRun = (Get-Epoch $task.LastRunTime)
           lastResult = ([int64]$task.LastTaskResult -band 4294967295); nextRun = (Get-Epoch $task.NextRunTime) }
      }
    })
  }
  'change' {
    $undo = New-Object System.Collections.ArrayList
    $current = $null
    try {
      foreach ($line in $lines) {
        $step = Read-Line $line
        if ($null -ne $step.op) { continue }
        $current = $step
        $before = Find-Task $step.path
        if (@('enable', 'disable') -contains $step.kind) {
          if ($null -ne $before) {
            [void]$undo.Insert(0, @{ path = $step.path; enabled = $before.Enabled })
            $before.Enabled = ($step.kind -eq 'enable')
          }
          continue
        }
        $xml = $(if ($null -ne $before) { $before.Xml })
        $logon = $(if ($null -ne $before) { [int]$before.Definition.Principal.LogonType } else { 0 })
        [void]$undo.Insert(0, @{ path = $step.path; xml = $xml; logon = $logon })
        if ($step.kind -eq 'register') { Register-Xml $step.path $step.xml $step.logon } else { Remove-Task $step.path }
      }
    } catch {
      $reply = @{ ok = $false; path = $current.path; code = (Get-Code $_) }
      $left = New-Object System.Collections.ArrayList
      foreach ($step in $undo) {
        try { Restore-Task $step } catch { [void]$left.Insert($left.Count, $step.path) }
      }
      $reply.left = @($left)
    }
  }
}
$json = ConvertTo-Json -InputObject $reply -Depth 6 -Compress
[Console]::Out.Write([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($json)))
`;
