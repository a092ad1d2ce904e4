#!/bin/sh
# A plugin for Nagios, Icinga and Sensu: runs the check, and prints its worst clusters and its summary in the first line.
# Install it as docs/check/notify.md says.
report=$(sudo -u atlas-backup-check /opt/atlas-backup-check/check.sh --timeout 25s 2>&1)
case $? in 0) code=0 ;; 2) code=2 ;; *) code=3 ;; esac # anything else, such as a missing node, is unknown
printf '%s\n' "$report" | awk -F '  +' '
  $4 ~ /^(none|stale|short|unknown)$/ && ++rows <= 3 { worst = worst $1 " / " $2 " " $4 ", " }
  NF > 0 && NF < 4 && !/^Clusters: / && problem == "" { problem = $0 " " }
  /^Clusters: / { summary = $0 }
  END { if (summary != "") print (rows ? worst : problem) summary }'
printf '%s\n' "$report" | grep -v '^Clusters: '
exit "$code"
