// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"fmt"
	"runtime"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/doctor"
)

// crowded is how many processors a guest may have for each processor of the host. With
// more, emulated processors wait for each other so long that a boot takes minutes.
const crowded = 4

// room limits what guests may ask for: at least the memory that the kernel needs,
// at most what the host has. 0 means no limit.
type room struct{ least, memory, cpus int } // MiB, MiB, processors

func newRoom(k *images.Kernel) room {
	return room{least: k.LeastMemory(), memory: doctor.Here().Available(), cpus: crowded * runtime.GOMAXPROCS(0)}
}

// check rejects a guest that could not boot, or not in time, before it is started:
// its failure would say nothing about the kernel.
func (r room) check(s shape) error {
	why := ""
	switch {
	case s.memory < r.least:
		why = fmt.Sprintf("a guest with %d MiB of memory: this kernel needs %d to boot", s.memory, r.least)
	case r.memory > 0 && s.memory > r.memory:
		why = fmt.Sprintf("a guest with %d MiB of memory: this host has %d to give", s.memory, r.memory)
	case r.cpus > 0 && s.cpus > r.cpus:
		why = fmt.Sprintf("a guest with %d processors: this host can run %d", s.cpus, r.cpus)
	default:
		return nil
	}
	return &blame.Error{Party: blame.User, Summary: why, Advice: "a case sets them with Memory: and CPUs:, the command line with --memory and --cpus"}
}
