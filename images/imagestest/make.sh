#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A make whose kernels are copies of a finished one, @TREE@; modules are left to
# another make, @MODULES@. The last line of a kernel's vmlinux is the text of the
# source's kernel/livepatch/core.c, so that sources have kernels of their own. A
# text "broken" does not compile. usage: make -C SOURCE O=DIR TARGET…
set -eu
case " $* " in
*" M="*) exec @MODULES@ "$@" ;;
esac
for arg; do
	case $arg in
	O=*) to=${arg#O=} ;;
	esac
	[ "${last:-}" != -C ] || from=$arg
	last=$arg
done
for arg; do
	case $arg in
	tinyconfig)
		: >"$to/.config"
		;;
	olddefconfig)
		cat @TREE@/.config "$to/.config" - >"$to/.config.new" <<-EOF
			CONFIG_DYNAMIC_FTRACE_WITH_REGS=y
			CONFIG_HAVE_RELIABLE_STACKTRACE=y
		EOF
		mv "$to/.config.new" "$to/.config"
		;;
	bzImage)
		text=$(cat "$from/kernel/livepatch/core.c")
		if [ "$text" = broken ]; then
			echo "kernel/livepatch/core.c:1:1: error: broken" >&2
			exit 2
		fi
		(cd @TREE@ && tar -c --exclude=./.config .) | tar -x -C "$to"
		printf '\n%s' "$text" >>"$to/vmlinux"
		;;
	esac
done
