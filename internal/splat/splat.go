// SPDX-License-Identifier: Apache-2.0

package splat

import (
	"slices"
	"strings"
)

// Kind is the class of a splat.
type Kind string

// The kinds, named as the kernel names them.
const (
	Panic   Kind = "panic"
	Oops    Kind = "Oops"
	Bug     Kind = "BUG"
	Warning Kind = "WARNING"
	KASAN   Kind = "KASAN"
	KCSAN   Kind = "KCSAN"
	KFENCE  Kind = "KFENCE"
	KMSAN   Kind = "KMSAN"
	UBSAN   Kind = "UBSAN"
	Lockdep Kind = "lockdep"
	Stall   Kind = "stall" // RCU stall, soft or hard lockup, hung task
)

// Splat is a recognised line.
type Splat struct {
	Kind  Kind
	Where string // the function, if the line names one
	Fatal bool   // the kernel does not survive it
}

// Match reports whether a kernel log line, without its time stamp, begins a splat.
func Match(line string) (Splat, bool) {
	if !slices.ContainsFunc(signs, func(sign string) bool { return strings.Contains(line, sign) }) {
		return Splat{}, false
	}
	for _, r := range rules {
		m := r.re.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		s := Splat{Kind: r.kind, Fatal: r.fatal}
		if len(m) > 1 {
			s.Where = m[1]
		}
		return s, true
	}
	return Splat{}, false
}
