#!/bin/sh
# backup-textfile.sh NAME: runs the check of docs/check/install.md, and writes its metrics for the textfile collector of node_exporter.
cd /var/lib/prometheus/node-exporter || exit 3
/opt/atlas-backup-check/check.sh "$1" > /dev/null
# Of the last day, so that a year of reports need not be read each time.
find "/var/lib/atlas-backup-check/$1/reports" -name '*.json' -mtime -1 -exec jq -nref \
  /opt/atlas-backup-check/node_modules/atlas-tenant-snapshots/examples/backup-textfile.jq --arg check "$1" {} + > "atlas_backups_$1.tmp" &&
  [ -s "atlas_backups_$1.tmp" ] && mv "atlas_backups_$1.tmp" "atlas_backups_$1.prom"
