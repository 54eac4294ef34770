#!/bin/bash
# SPDX-License-Identifier: Apache-2.0

. $(dirname $0)/functions.sh

start_test "what ends"
check "one" "one"

start_test "what does not end"
sleep 1000
