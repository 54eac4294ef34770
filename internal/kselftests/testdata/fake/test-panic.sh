#!/bin/bash
# SPDX-License-Identifier: Apache-2.0

. $(dirname $0)/functions.sh

start_test "what the kernel survives"
check "one" "one"

start_test "what kills the kernel"
echo 1 > /proc/sys/kernel/sysrq
echo c > /proc/sysrq-trigger
