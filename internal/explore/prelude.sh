#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Run as root in a directory with the test modules (kmods/src of klptest, built
# as NAME.ko), on a machine that may crash. The kernel log shows what each
# command did; the comments below each command are what is expected of it.
echo 'file kernel/livepatch/* +p' > /sys/kernel/debug/dynamic_debug/control

say() { echo "% $*"; echo "% $*" > /dev/kmsg; }

# Wait, at most a minute, until no livepatch is in transition or being removed.
settle() {
	i=0
	while [ $i -lt 600 ]; do
		busy=
		for dir in /sys/kernel/livepatch/*/; do
			[ -d "$dir" ] || continue
			[ "$(cat "$dir/enabled")$(cat "$dir/transition")" = 10 ] || busy=$dir
		done
		[ -z "$busy" ] && return
		sleep 0.1
		i=$((i + 1))
	done
	echo "still busy: $busy"
}
