#!/bin/bash
# SPDX-License-Identifier: Apache-2.0

. $(dirname $0)/functions.sh

start_test "what cannot be tested"
echo "SKIP: there is no such thing here" >&2
exit 4
