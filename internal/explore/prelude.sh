#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Run as root, on a machine that may crash, in a directory with the test modules.
# Their sources are in kmods/src of klptest; in a copy of that directory,
#
#	echo 'obj-m := OBJECTS' > Kbuild
#	make -C /lib/modules/$(uname -r)/build M=$PWD modules
#
# builds them. The kernel log shows what each command did; the comments below
# each command are what is expected of it.
control=/sys/kernel/debug/dynamic_debug/control
echo 'file kernel/livepatch/* +p' > $control
echo 'func klp_try_switch_task -p' > $control

say() { echo "% $*"; echo "% $*" > /dev/kmsg; }

# Wait, at most a minute, until no livepatch is in transition or being removed.
settle() {
	settled='1
0'
	i=0
	while [ $i -lt 600 ]; do
		busy=
		for dir in /sys/kernel/livepatch/*/; do
			[ -d "$dir" ] || continue
			[ "$(cat "$dir/enabled" "$dir/transition" 2> /dev/null)" = "$settled" ] || busy=$dir
		done
		[ -z "$busy" ] && return
		sleep 0.1
		i=$((i + 1))
	done
	echo "still busy: $busy"
}

# Remove a livepatch; its last reference is put after its directory has gone.
unload() {
	i=0
	while [ $i -lt 20 ] && [ ! -d "/sys/kernel/livepatch/$1" ]; do
		rmmod "$1" 2> /dev/null && return
		sleep 0.1
		i=$((i + 1))
	done
	rmmod "$1"
}
