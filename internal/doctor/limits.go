// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"

	"github.com/klptest/klptest/kmods"
)

const (
	qemuOverhead = 200  // MiB that QEMU takes on top of the guest's memory under TCG
	cacheRoom    = 1500 // MiB: two kernels with headers, modules, initramfs
)

// cgroup limits, version 2 and 1.
var (
	memoryLimits = []string{"sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes"}
	cpuQuotas    = []string{"sys/fs/cgroup/cpu.max", "sys/fs/cgroup/cpu/cpu.cfs_quota_us"}
)

// memory compares the free memory, and the cgroup's limit, with the needs of a
// guest and its QEMU.
func (h Host) memory(guest int) Finding {
	need := guest + qemuOverhead
	have := h.Available()
	f := Finding{Name: "memory", Detail: fmt.Sprintf("%d MiB available, a guest takes %d", have, need)}
	f.OK = have >= need
	if !f.OK {
		f.Mend = fmt.Sprintf("free some, raise the cgroup's limit, or run with --memory %d", max(128, have-qemuOverhead))
	}
	return f
}

// Guests returns how many guests of a memory size, in MiB, this host can run
// side by side: perCPU for each processor, as far as memory allows, but at
// least one.
func (h Host) Guests(memory, perCPU int) int {
	return max(1, min(perCPU*runtime.GOMAXPROCS(0), h.Available()/max(1, memory+qemuOverhead)))
}

// Available returns the smaller of MemAvailable and the cgroup's limit, in MiB;
// 0 if the host does not tell.
func (h Host) Available() int {
	have := 0
	for line := range strings.Lines(h.read("proc/meminfo")) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kb, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			have = kb / 1024
		}
	}
	for _, path := range memoryLimits {
		if limit, err := strconv.ParseUint(h.read(path), 10, 64); err == nil && limit>>20 < uint64(have) {
			have = int(limit >> 20)
		}
	}
	return have
}

func (h Host) cpus() Finding {
	f := Finding{Name: "processors", OK: true, Detail: fmt.Sprint(runtime.GOMAXPROCS(0))}
	for _, path := range cpuQuotas {
		quota, period, ok := strings.Cut(h.read(path), " ")
		if !ok {
			period = h.read("sys/fs/cgroup/cpu/cpu.cfs_period_us")
		}
		q, errQ := strconv.ParseFloat(quota, 64)
		p, errP := strconv.ParseFloat(period, 64)
		if errQ == nil && errP == nil && q > 0 && q < p {
			return Finding{Name: "processors", Optional: true, Detail: fmt.Sprintf("the cgroup allows %.2f of one: waits may time out", q/p),
				Mend: "raise the cgroup's cpu quota"}
		}
	}
	return f
}

func (h Host) disk(dir string) Finding {
	f := Finding{Name: "cache", Mend: "free some, or set XDG_CACHE_HOME to a larger file system"}
	bytes, err := h.Free(dir)
	if err != nil {
		f.Detail, f.Mend = dir+": "+err.Error(), "set XDG_CACHE_HOME to a directory that can be written to"
		return f
	}
	if err := kmods.CheckPath("cache", dir); err != nil {
		return FromError(f.Name, err)
	}
	f.OK = bytes>>20 >= cacheRoom
	f.Detail = fmt.Sprintf("%s: %d MiB free, %d are enough", dir, bytes>>20, cacheRoom)
	return f
}
