#!/usr/bin/env bash
# Gates a batch deployment: collects the state, asks whether the job can read its inputs, tells the pipeline why not, and
# says what changed since last time. Ends with the exit code of `canread check`: 0 allowed, 3 denied, 4 undetermined.
#
#   canread-gate.sh github|azuredevops ENDPOINT INPUTS.yml [LAST-STATE [OPTION OF canread check]...]
#
# Collects with the sign-in of the step (az login), from AZURE_RESOURCE_GROUP and AZURE_WORKSPACE, unless STATE is there.
# Writes into OUT: state.jsonl.zst, canread.sarif, canread.xml (JUnit), canread.md, canread.html, and diff.md if LAST-STATE is a file.
set -euo pipefail
pipeline=$1 endpoint=$2 inputs=$3 last=${4:-}
options=("${@:5}")
out=${OUT:-canread-out}
state=${STATE:-$out/state.jsonl.zst}
mkdir -p "$out"

if [ ! -e "$state" ]; then
  canread snapshot -g "$AZURE_RESOURCE_GROUP" -w "$AZURE_WORKSPACE" --output-file "$state" --only -n "$endpoint" -f "$inputs"
fi

check() {
  canread check --snapshot "$state" -n "$endpoint" -f "$inputs" "${options[@]}" "$@"
}

# A format never changes the exit code, so a denial is no reason to stop before all are written; a failure is.
write() {
  local code=0
  check -o "$1" --output-file "$out/$2" 2>/dev/null || code=$?
  case $code in
    0 | 3 | 4) ;;
    *) check -o "$1" --output-file "$out/$2" ;;
  esac
}

write sarif canread.sarif
write junit canread.xml
write markdown canread.md
write html canread.html

# Changed access (5) is told, and does not stop the deployment: what counts is whether the job can read now.
if [ -f "$last" ]; then
  code=0
  canread diff "$last" "$state" -o markdown --output-file "$out/diff.md" || code=$?
  case $code in
    0 | 5) ;;
    *) exit "$code" ;;
  esac
fi

# The pipeline's own annotations, and the exit code.
check -o "$pipeline"
