# SPDX-License-Identifier: Apache-2.0
# What the scripts here have in common. It speaks as the kernel's own does.

function die() {
	echo "ERROR: $1" >&2
	exit 1
}

function start_test() {
	echo "===== TEST: $1 =====" > /dev/kmsg
	echo -n "TEST: $1 ... "
}

function check() {
	local diff
	if diff=$(diff -upr --label expected --label result <(echo "$1") <(echo "$2")); then
		echo "ok"
	else
		echo -e "not ok\n\n$diff\n"
		die "livepatch kselftest(s) failed"
	fi
}
