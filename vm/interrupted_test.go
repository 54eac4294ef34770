// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/klptest/klptest/vm/vmtest"
)

// TestCancelSnapshotAtAnyMoment checks that a cancelled snapshot leaves a
// template or nothing.
func TestCancelSnapshotAtAnyMoment(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "runs")
	spec := templateSpec(t, vmtest.Script{Runs: runs})
	goroutines, files := goleak.IgnoreCurrent(), openFiles(t)
	for range 25 {
		spec.Dir, spec.Template = t.TempDir(), t.TempDir()
		v, err := Start(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.Int64N(int64(20*time.Millisecond))))
		err = v.Snapshot(ctx, "key")
		cancel()
		left := list(t, spec.Template)
		switch {
		case err == nil:
			trusted(t, spec)
		case !errors.Is(err, context.DeadlineExceeded) || len(left) > 0:
			t.Errorf("left behind: %v, error %v", left, err)
		}
	}
	goleak.VerifyNone(t, goroutines)
	nothingLeft(t, files, runs)
}

func trusted(t *testing.T, spec Spec) {
	t.Helper()
	tmpl, err := OpenTemplate(spec.Template, spec, "key")
	if err != nil {
		t.Error(err)
		return
	}
	if err := tmpl.Close(); err != nil {
		t.Error(err)
	}
}

// childSpec is the input of a process that makes a snapshot.
type childSpec struct{ QEMU, Kernel, Dir, Template string }

const snapshotEnv = "KLPTEST_TEST_SNAPSHOT"

// TestProcessThatSnapshots is not a test: TestKillSnapshotAtAnyMoment runs it
// as a process of its own.
func TestProcessThatSnapshots(t *testing.T) {
	text := os.Getenv(snapshotEnv)
	if text == "" {
		t.Skip("run by TestKillSnapshotAtAnyMoment")
	}
	var c childSpec
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		t.Fatal(err)
	}
	v := started(t, Spec{QEMU: c.QEMU, Kernel: c.Kernel, Dir: c.Dir, Template: c.Template, Keys: newKeys(t), Accel: TCG, Memory: 64})
	fmt.Println("guest", v.process.Pid())
	if err := v.Snapshot(t.Context(), "key"); err != nil {
		t.Fatal(err)
	}
	fmt.Println("done")
}

// TestKillSnapshotAtAnyMoment checks that SIGKILL leaves a whole template or
// one that is not trusted, and no process.
func TestKillSnapshotAtAnyMoment(t *testing.T) {
	whole := 0
	spec := fakeSpec(t, vmtest.Script{})
	spec.Memory = 64
	for range 20 {
		spec.Template = t.TempDir()
		killSnapshot(t, spec, time.Duration(rand.Int64N(int64(15*time.Millisecond))))
		tmpl, err := OpenTemplate(spec.Template, spec, "key")
		if err != nil {
			if !errors.Is(err, ErrStale) {
				t.Error(err)
			}
			continue
		}
		whole++
		if string(tmpl.state) != vmtest.DeviceState {
			t.Errorf("state %q is trusted", tmpl.state)
		}
		tmpl.Close()
	}
	t.Logf("%d of 20 were whole", whole)
}

func killSnapshot(t *testing.T, spec Spec, after time.Duration) {
	t.Helper()
	text, err := json.Marshal(childSpec{spec.QEMU, spec.Kernel, t.TempDir(), spec.Template})
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestProcessThatSnapshots$")
	child.Env = append(os.Environ(), snapshotEnv+"="+string(text), "TMPDIR="+t.TempDir())
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	var guest int
	lines := bufio.NewScanner(out)
	for guest == 0 && lines.Scan() {
		fmt.Sscanf(lines.Text(), "guest %d", &guest)
	}
	if guest == 0 {
		t.Fatalf("no guest: %s", strings.TrimSpace(lines.Text()))
	}
	time.Sleep(after)
	child.Process.Kill()
	for end := time.Now().Add(2 * time.Second); alive(guest); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the guest %d outlives its parent", guest)
		}
	}
}
