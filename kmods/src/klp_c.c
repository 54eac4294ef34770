// SPDX-License-Identifier: GPL-2.0
/* An instance of the probe livepatch: see klp_probe.h. */
#define PROBE_NUMBER 3
#include "klp_probe.h"
