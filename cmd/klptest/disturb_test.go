// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A process is stopped for up to longestStop; up to betweenStops later, another
// one is.
const (
	longestStop  = 4 * time.Second
	betweenStops = 10 * time.Second
)

// disturbance stops and continues a klptest and its QEMUs, one at a time, at
// moments that a seed determines.
type disturbance struct {
	pid    int
	random *rand.Rand
	quit   chan struct{}
	done   sync.WaitGroup
	stops  int
}

func disturb(pid int, seed uint64) *disturbance {
	d := &disturbance{pid: pid, random: rand.New(rand.NewPCG(seed, 0)), quit: make(chan struct{})}
	d.done.Go(d.loop)
	return d
}

// end leaves every process running and returns the number of stops.
func (d *disturbance) end() int {
	close(d.quit)
	d.done.Wait()
	return d.stops
}

func (d *disturbance) loop() {
	for d.pause(betweenStops) {
		victims := append([]int{d.pid}, qemus(d.pid)...)
		victim := victims[d.random.IntN(len(victims))]
		if syscall.Kill(victim, syscall.SIGSTOP) != nil {
			continue // it has ended
		}
		d.stops++
		d.pause(longestStop)
		_ = syscall.Kill(victim, syscall.SIGCONT)
	}
}

// pause waits for a random time. It returns false if the disturbance is to end.
func (d *disturbance) pause(longest time.Duration) bool {
	select {
	case <-time.After(time.Duration(d.random.Int64N(int64(longest)))):
		return true
	case <-d.quit:
		return false
	}
}

// qemus returns the QEMUs among a process's children.
func qemus(pid int) (list []int) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		children, _ := os.ReadFile(task) // empty if the thread has ended
		for child := range strings.FieldsSeq(string(children)) {
			name, _ := os.ReadFile("/proc/" + child + "/comm")
			if n, err := strconv.Atoi(child); err == nil && strings.HasPrefix(string(name), "qemu-system") {
				list = append(list, n)
			}
		}
	}
	return list
}
