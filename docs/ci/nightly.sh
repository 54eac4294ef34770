#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs a matrix, and compares its results with those of the last nights.
#
# usage: nightly.sh MATRIX DIR
#
# DIR gets a directory for each day, and "last", which is the latest of them that came to
# its end; compare.md is the comparison with the others that did. Of these, the latest
# verdict on each case counts: a kernel may be missing for some nights, up to KEEP. When a
# night is cut short, the same day's run goes on where it ended.
#
# Exit status: 0 nothing is newly failing, 1 something is, 3 nothing is, but something was
# not tested: a kernel is missing, the run was cut short, a case is an ERROR. Otherwise, and
# in the first night, which has nothing to compare with, that of klptest matrix.
#
#   KLPTEST   the program; klptest on the PATH
#   DAY       the name of the day; today's date
#   KEEP      how many days are kept: 14
#   SIZE      to which size the cache is cut: 10G
set -eu

matrix=$1 dir=$2
: "${KLPTEST:=klptest}" "${DAY:=$(date -u +%Y-%m-%d)}" "${KEEP:=14}" "${SIZE:=10G}"
new=$dir/$DAY
mkdir -p "$dir"
rm -f "$dir/compare.md" "$new/.over" # of another run

status=0
"$KLPTEST" matrix "$matrix" --out "$new" --run-id "$DAY" --bundle || status=$?
case $status in
0 | 1 | 3) ;;
*) exit "$status" ;; # nothing to compare
esac

set --
for old in "$dir"/*; do
	[ -h "$old" ] || [ "$old" = "$new" ] || [ ! -e "$old/.over" ] || set -- "$@" --old "$old"
done
if [ $# -gt 0 ]; then
	compared=0
	"$KLPTEST" compare "$@" --latest "$new" --format markdown > "$dir/compare.md" || compared=$?
	[ "$status" = 3 ] && [ "$compared" = 0 ] || status=$compared
fi
: > "$new/.over"
ln -sfn "$DAY" "$dir/last"

find "$dir" -mindepth 1 -maxdepth 1 -type d | sort -r | tail -n "+$((KEEP + 1))" | while read -r old; do
	[ ! -e "$old/.lock.0of0" ] || rm -rf "$old" # of klptest matrix
done
"$KLPTEST" cache prune --max-size "$SIZE"
exit "$status"
