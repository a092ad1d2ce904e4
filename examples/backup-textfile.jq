# Turns the newest of some reports into metrics for the textfile collector of node_exporter, with the names and labels of
# backup-metrics.mjs and the name of the job: jq -nref backup-textfile.jq --arg check prod reports/*.json > atlas_backups.prom

def labels: to_entries | map("\(.key)=\(.value | tostring | tojson)") | join(",");

# Not a report from when the clock of the machine was ahead: it would stay the newest.
[inputs | select(.checkedAt <= (now | todate))] | max_by(.checkedAt) |
if . == null then error("no report") elif .error then error(.error.message) else . end |

"atlas_backup_check_end_timestamp_seconds{check=\($check | tojson)} \(.finishedAt[:19] + "Z" | fromdate)",

(.findings[] |
  .state as $current |
  (.reason // .error.errorCode // .error.status // .error.code // "") as $reason |
  {check: $check, project_id: .groupId, project: (.groupName // .groupId), cluster: (.clusterName // ""), type: .clusterType} as $cluster |
  ("fresh", "stale", "short", "none", "paused", "new", "unknown") |
  if . == $current then {state: ., reason: $reason, value: 1} else {state: ., reason: "", value: 0} end |
  "atlas_backup_state{\($cluster + {state, reason} | labels)} \(.value)")
