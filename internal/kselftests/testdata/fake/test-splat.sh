#!/bin/bash
# SPDX-License-Identifier: Apache-2.0

. $(dirname $0)/functions.sh

start_test "what warns"
insmod test_modules/test_klp_fake.ko warn=1
check "1" "$(cat /sys/module/test_klp_fake/parameters/warn)"
rmmod test_klp_fake
