#!/bin/bash
# SPDX-License-Identifier: Apache-2.0

. $(dirname $0)/functions.sh

start_test "what is equal"
check "one" "one"

start_test "what differs"
check "one
two" "one
three"

start_test "what comes too late"
check "one" "one"
