#!/bin/sh
# Runs the check, and sends PagerDuty an event for each cluster, and one for the check (Events API v2).
# /etc/atlas-backup-check.env also sets PAGERDUTY_KEY, the integration key of the service.
. /etc/atlas-backup-check.env
report=$(/opt/atlas-backup-check/check.sh)
jq -c --arg code "$?" --arg report "$report" --arg key "$PAGERDUTY_KEY" '
  def event($id; $isBad; $severity; $summary): {
    routing_key: $key, dedup_key: "atlas-backups/\($id)", event_action: (if $isBad then "trigger" else "resolve" end),
    payload: {summary: $summary[:1000], source: "atlas-tenant-snapshots", severity: $severity}
  };
  event("check"; $code != "0"; "warning"; "Exit code \($code): \($report)"),
  (.findings[] | select(.clusterName and .state != "unknown") |
    event("\(.groupId)/\(.clusterName)"; .state | IN("fresh", "new", "paused") | not; "critical";
      "\(.groupName // .groupId) / \(.clusterName): \(.state)"))' "/var/lib/atlas-backup-check/$(date -u +%F).json" |
  while read -r event; do
    printf %s "$event" | curl -fsS --max-time 10 --retry 3 -o /dev/null -H 'Content-Type: application/json' -d @- \
      https://events.pagerduty.com/v2/enqueue || printf '%s\n' "$event"
  done
