# Turns the JSON of a check into metrics for the textfile collector of node_exporter, with the names and labels of
# backup-metrics.mjs: jq -ref backup-textfile.jq report.json > atlas_backups.prom

def labels: to_entries | map("\(.key)=\(.value | tostring | tojson)") | join(",");

if .error then error(.error.message) else . end |

"atlas_backup_check_end_timestamp_seconds \(.finishedAt[:19] + "Z" | fromdate)",

(.findings[] |
  .state as $current |
  (.reason // .error.errorCode // .error.status // .error.code // "") as $reason |
  {project_id: .groupId, project: (.groupName // .groupId), cluster: (.clusterName // ""), type: .clusterType} as $cluster |
  ("fresh", "stale", "short", "none", "paused", "new", "unknown") |
  if . == $current then {state: ., reason: $reason, value: 1} else {state: ., reason: "", value: 0} end |
  "atlas_backup_state{\($cluster + {state, reason} | labels)} \(.value)")
