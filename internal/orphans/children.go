// SPDX-License-Identifier: Apache-2.0

package orphans

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// children returns the processes whose parent is this one.
func children() ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // the process has ended
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil && parent(text) == os.Getpid() {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// parent returns the fourth field of /proc/PID/stat; the second, the name, is in
// parentheses and may contain anything (proc_pid_stat(5)).
func parent(stat []byte) int {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 2 {
		return 0
	}
	pid, _ := strconv.Atoi(string(fields[1]))
	return pid
}
