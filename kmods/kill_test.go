// SPDX-License-Identifier: Apache-2.0

package kmods

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/cache"
	"github.com/klptest/klptest/internal/supervise/supervisetest"
)

// victimEnv makes the test program build forever in the directory it names.
const victimEnv = "KLPTEST_TEST_VICTIM"

func victim(root string) int {
	c, err := cache.Open(filepath.Join(root, "cache"), nil)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	b := Builder{Cache: c, make: os.Getenv("KLPTEST_TEST_MAKE"), cc: "/bin/true"}
	_, err = b.Shipped(context.Background(), Target{KDir: root, Release: "6.12.1", Key: "k"})
	fmt.Println(err)
	return 1
}

// A process that is killed during a build leaves no process and no cache entry.
func TestKilledBuildLeavesNothing(t *testing.T) {
	root := newKernel(t, "6.12.1").KDir
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), victimEnv+"="+root, "KLPTEST_TEST_MAKE="+newFakeMake(t, "slow"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pids := supervisetest.WaitFor(t, filepath.Join(root, "pids"))
	supervisetest.KillAtEnd(t, pids)
	if len(pids) != 3 {
		t.Errorf("want supervisor, make, compiler: %v", pids)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	supervisetest.WantGone(t, pids, 2*time.Second)
	entries, err := filepath.Glob(filepath.Join(root, "cache", "kmods", "*"))
	if err != nil || len(entries) > 0 {
		t.Errorf("%v, %v", entries, err)
	}
}
