#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs a matrix, and compares its results with those of the last night.
#
# usage: nightly.sh MATRIX DIR
#
# DIR gets a directory for each day, and "last", which is the latest of them that came to
# its end; compare.md is the comparison with the one before. When a night is cut short, the
# same day's run goes on where it ended. A day that is run once more is not compared.
#
# Exit status: 0 nothing is newly failing, 1 something is, otherwise that of klptest matrix.
#
#   KLPTEST   the program; klptest on the PATH
#   DAY       the name of the day; today's date
#   KEEP      how many days are kept: 14
#   SIZE      to which size the cache is cut: 10G
set -eu

matrix=$1 dir=$2
: "${KLPTEST:=klptest}" "${DAY:=$(date -u +%Y-%m-%d)}" "${KEEP:=14}" "${SIZE:=10G}"
new=$dir/$DAY last=$(readlink "$dir/last" || :)
mkdir -p "$dir"
[ "$last" = "$DAY" ] || rm -f "$dir/compare.md" # of another night

status=0
"$KLPTEST" matrix "$matrix" --out "$new" --run-id "$DAY" --bundle || status=$?
case $status in
0 | 1 | 3) ;;
*) exit "$status" ;; # nothing to compare
esac

if [ -e "$dir/last" ] && [ "$last" != "$DAY" ]; then
	compared=0
	"$KLPTEST" compare "$dir/last" "$new" --format markdown > "$dir/compare.md" || compared=$?
	[ "$status" = 3 ] && [ "$compared" = 0 ] || status=$compared
fi
ln -sfn "$DAY" "$dir/last"

find "$dir" -mindepth 1 -maxdepth 1 -type d | sort -r | tail -n "+$((KEEP + 1))" | while read -r old; do
	[ ! -e "$old/.lock.0of0" ] || rm -rf "$old" # of klptest matrix
done
"$KLPTEST" cache prune --max-size "$SIZE"
exit "$status"
