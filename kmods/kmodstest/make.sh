#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A make that assembles modules which can be loaded by nobody, and in which there
# is what klptest looks for. usage: make -C KDIR … M=DIR …
set -eu
kdir="" dir=""
for arg; do
	case $arg in
	M=*) dir=${arg#M=} ;;
	esac
	[ "${last:-}" != -C ] || kdir=$arg
	last=$arg
done
release=$(cat "$kdir/include/config/kernel.release")
cd "$dir"

# function NAME [CALLS]: one that ftrace knows
function() {
	printf '.text\n.globl %s\n.type %s, @function\n%s:\n' "$1" "$1" "$1"
	[ -z "${2:-}" ] || echo "call $2"
	printf 'ret\n.size %s, .-%s\n.section __mcount_loc,"a"\n.quad %s\n' "$1" "$1" "$1"
}

sed -n 's/^obj-m += \(.*\)\.o$/\1/p' Kbuild | while read -r name; do
	{
		for f in cmdline_proc_show loadavg_proc_show uptime_proc_show version_proc_show klp_target_value unknown; do
			function "probe_$f"
		done
		function probe_klp_target_hold_old msleep
		function probe_klp_target_hold_new msleep
		function klp_selftest_warn
		function klp_target_value
		function klp_target_twice
		function klp_target_hold_old msleep
		function klp_target_hold_new
		printf '.section .modinfo,"a"\n'
		printf '.asciz "%s"\n' "name=$name" "vermagic=$release SMP mod_unload " livepatch=Y
	} >"$name.s"
	as -o "$name.ko" "$name.s"
done
