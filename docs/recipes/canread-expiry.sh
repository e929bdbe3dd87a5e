#!/usr/bin/env bash
# Warns before a yes lapses: a SAS, a PIM activation or a client secret that ends. Says nothing while all is well, so that
# cron sends mail only when there is something to do.
#
#   canread-expiry.sh AHEAD STATE OPTION OF canread check...
#   30 6 * * 1-5  canread-expiry.sh 14d /var/lib/canread/state.jsonl.zst -n scoring -f /etc/canread/inputs.yml
#
# Ends with 0 while the job can read now and throughout AHEAD, else with the exit code of `canread check`.
set -euo pipefail
ahead=$1 state=$2
shift 2

code=0
canread check --snapshot "$state" "$@" --for "$ahead" -q || code=$?
[ "$code" -ne 0 ] || exit 0

now=0
canread check --snapshot "$state" "$@" || now=$?
if [ "$now" -eq 0 ]; then
  echo
  echo "The job can read now, but not throughout the next $ahead:"
  canread check --snapshot "$state" "$@" --for "$ahead" || true
fi
exit "$code"
