#!/bin/sh
# Runs the check, and posts its problems to Slack if its exit code is not 0.
# /etc/atlas-backup-check.env also sets SLACK_WEBHOOK_URL.
. /etc/atlas-backup-check.env
report=$(/opt/atlas-backup-check/check.sh 2>&1) ||
  printf %s "$report" | jq -Rs '
    gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;")
    | if length > 2900 then .[:2000] + "\n…\n" + .[-800:] else . end
    | {text: "```\n\(.)\n```"}' |
  curl -fsS --max-time 10 --retry 3 -o /dev/null -H 'Content-Type: application/json' -d @- "$SLACK_WEBHOOK_URL" ||
  printf '%s\n' "$report"
