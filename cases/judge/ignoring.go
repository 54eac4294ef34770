// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"strings"

	"github.com/klptest/klptest/cases/klog"
)

// without drops the lines that a case ignores: those that contain one of the
// texts and do not begin a splat.
func without(texts []string, list []klog.Entry) []klog.Entry {
	if len(texts) == 0 {
		return list
	}
	var kept []klog.Entry
	for _, e := range list {
		if e.Marker || !ignores(texts, e.Text) {
			kept = append(kept, e)
		}
	}
	return kept
}

func ignores(texts []string, line string) bool {
	if klog.BeginsSplat(line) {
		return false
	}
	for _, text := range texts {
		if strings.Contains(line, text) {
			return true
		}
	}
	return false
}
