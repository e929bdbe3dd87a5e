#!/usr/bin/env bash
# Refuses a commit of an inputs.yml that the job could not read, as far as a snapshot tells. For git (copy it to
# .git/hooks/pre-commit) and for the pre-commit framework (which names the files).
#
# CANREAD_STATE: snapshot (default .canread/state.jsonl.zst). CANREAD_ENDPOINT: batch endpoint.
# Undetermined does not stop a commit; `git commit --no-verify` goes past everything.
set -euo pipefail
state=${CANREAD_STATE:-.canread/state.jsonl.zst}
endpoint=${CANREAD_ENDPOINT:?name the batch endpoint in CANREAD_ENDPOINT}
cd "$(git rev-parse --show-toplevel)"
if [ ! -e "$state" ]; then
  echo "canread: no snapshot $state, so nothing is checked" >&2
  exit 0
fi

files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  mapfile -d '' -t files < <(git diff --cached --name-only -z --diff-filter=ACMR -- '*inputs*.yml' '*inputs*.yaml')
fi

failed=0
for file in "${files[@]}"; do
  echo "canread: $file"
  # What is committed is what is staged, whatever the work tree holds.
  git show ":$file" | canread check --snapshot "$state" -n "$endpoint" -f - --fail-on denied || failed=$?
done
exit "$failed"
