#!/bin/bash
# SPDX-License-Identifier: Apache-2.0

. $(dirname $0)/functions.sh

start_test "what a module and a program do"
insmod test_modules/test_klp_fake.ko
check "0 42" "$(cat /sys/module/test_klp_fake/parameters/warn) $(./helper)"
rmmod test_klp_fake
