/**
 * Completion scripts. Each asks `rota __complete -- WORDS` (the words after `rota`, the last one possibly empty), which answers one
 * candidate a line, `VALUE<TAB>SUMMARY`, or the line `:files` where file names fit.
 */
export const completionScripts = {
  bash: `# Completion of rota for bash. Install: rota completion bash > ~/.local/share/bash-completion/completions/rota
_rota() {
  local line current=\${COMP_WORDS[COMP_CWORD]}
  [ "$current" = '=' ] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = :files ]; then
      compopt -o default 2>/dev/null
    else
      line=\${line%%$'\\t'*}
      case $line in "$current"*) COMPREPLY+=("$line") ;; esac
    fi
  done < <(rota __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _rota rota
`,
  zsh: `#compdef rota
# Completion of rota for zsh. Install: rota completion zsh > "\${fpath[1]}/_rota"
_rota() {
  local line
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      _files
    else
      candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <(rota __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe rota candidates
}
if [ "$funcstack[1]" = _rota ]; then _rota "$@"; else compdef _rota rota; fi
`,
  fish: `# Completion of rota for fish. Install: rota completion fish > ~/.config/fish/completions/rota.fish
function __rota_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (rota __complete -- $words[2..-1] 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c rota -f -a '(__rota_complete)'
`,
  powershell: `# Completion of rota for PowerShell. Install: rota completion powershell >> $PROFILE
Register-ArgumentCompleter -Native -CommandName rota -ScriptBlock {
  param($word, $ast, $cursor)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $cursor } | ForEach-Object { "$_" })
  if ($word -eq '') { $words += '""' }
  rota __complete -- @words 2>$null | Where-Object { $_ -ne ':files' } | ForEach-Object {
    $value, $summary = $_ -split "\`t", 2
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $(if ($summary) { $summary } else { $value }))
  }
}
`,
} as const;
