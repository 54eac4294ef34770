// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klptest/klptest/vm/qmp"
)

// CPUTime is the time that the host has given the threads of the guest's processors
// together since the start. If a guest makes no progress because the host is
// busy, Wait grows; if it hangs by itself, Wait does not.
type CPUTime struct {
	Run  time.Duration // on a host CPU
	Wait time.Duration // ready to run, but no CPU was free
}

// Since returns the time given after then.
func (t CPUTime) Since(then CPUTime) CPUTime { return CPUTime{t.Run - then.Run, t.Wait - then.Wait} }

// Starved returns how long the guest's processors have waited so far, on average: as
// long as their threads have. It returns 0 if that is unknown, as after the guest has
// ended.
func (v *VM) Starved() time.Duration {
	t, threads, err := v.clock.read()
	if err != nil {
		return 0
	}
	return t.Wait / time.Duration(threads)
}

// CPUTime returns the processor time of the guest so far.
func (v *VM) CPUTime() (CPUTime, error) {
	t, _, err := v.clock.read()
	if err != nil {
		return CPUTime{}, fmt.Errorf("processor time of the guest: %w", err)
	}
	return t, nil
}

// PID returns QEMU's process ID.
func (v *VM) PID() int { return v.process.Pid() }

// cpuClock asks QEMU once for the threads of the virtual processors, and reads
// their times from the host (Documentation/scheduler/sched-stats.rst).
type cpuClock struct {
	monitor *qmp.Monitor
	tasks   string          // the directory of QEMU's threads
	over    <-chan struct{} // closed when QEMU has exited

	mu      sync.Mutex   // guards threads
	threads map[int]bool // of the virtual processors; nil until they are known
}

// read returns the times of all these threads together, and their number.
func (c *cpuClock) read() (total CPUTime, n int, err error) {
	threads, err := c.cpuThreads()
	if err != nil {
		return CPUTime{}, 0, err
	}
	for tid := range threads {
		t, err := threadTime(filepath.Join(c.tasks, strconv.Itoa(tid), "schedstat"))
		if err != nil {
			return CPUTime{}, 0, err
		}
		total.Run += t.Run
		total.Wait += t.Wait
	}
	return total, len(threads), nil
}

// cpuThreads returns the threads of the virtual processors, which never change.
func (c *cpuClock) cpuThreads() (map[int]bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if isClosed(c.over) {
		return nil, qmp.ErrGone
	}
	if c.threads != nil {
		return c.threads, nil
	}
	answer, err := c.monitor.Run(context.Background(), []byte(`{"execute":"query-cpus-fast"}`))
	if err == nil {
		c.threads, err = parseCPUThreads(answer)
	}
	return c.threads, err
}

// parseCPUThreads reads the answer to query-cpus-fast, for which go-qemu has no
// typed call. Virtual processors may share a thread.
func parseCPUThreads(answer []byte) (map[int]bool, error) {
	var cpus struct {
		Return []struct {
			Thread int `json:"thread-id"`
		} `json:"return"`
	}
	if err := json.Unmarshal(answer, &cpus); err != nil {
		return nil, err
	}
	threads := make(map[int]bool)
	for _, c := range cpus.Return {
		threads[c.Thread] = true
	}
	if len(threads) == 0 {
		return nil, fmt.Errorf("QEMU names no processor: %.200q", answer)
	}
	return threads, nil
}

func threadTime(path string) (CPUTime, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return CPUTime{}, err
	}
	return parseSchedstat(string(text))
}

// parseSchedstat reads "run wait slices", the first two in nanoseconds.
func parseSchedstat(text string) (CPUTime, error) {
	f := strings.Fields(text)
	if len(f) < 2 {
		return CPUTime{}, fmt.Errorf("schedstat: %.100q", text)
	}
	run, err := strconv.ParseInt(f[0], 10, 64)
	if err != nil {
		return CPUTime{}, fmt.Errorf("schedstat: %w", err)
	}
	wait, err := strconv.ParseInt(f[1], 10, 64)
	if err != nil {
		return CPUTime{}, fmt.Errorf("schedstat: %w", err)
	}
	return CPUTime{Run: time.Duration(run), Wait: time.Duration(wait)}, nil
}
