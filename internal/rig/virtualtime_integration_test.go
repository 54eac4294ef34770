// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/cases/machine"
)

// TestIntegrationVirtualTime: what a guest waits for comes at once, but while it waits for
// its host, its time passes like the host's, or stands still.
func TestIntegrationVirtualTime(t *testing.T) {
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to boot guests")
	}
	r := newRig(t, Options{Accel: "tcg"})
	defer r.Close()
	g, err := r.clone(t.Context(), r.shape())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	m := g.machine("virtual-time", func(string) {})
	if err := m.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	uptime := func(shell string) time.Duration {
		t.Helper()
		a, err := m.Step(t.Context(), machine.Command{Text: shell, Verb: machine.Sh, Args: []string{shell + "cat /proc/uptime"}}, time.Hour)
		if err != nil || a.Stall != nil || a.Errno != "" {
			t.Fatal(a, err)
		}
		text, _, _ := strings.Cut(a.Output, " ")
		seconds, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		return time.Duration(seconds * float64(time.Second))
	}
	uptime("")
	for _, pause := range []time.Duration{0, linger, 10 * linger, time.Second} {
		before := uptime("")
		time.Sleep(pause)
		if passed := uptime("") - before; passed > 3*time.Second {
			t.Errorf("%v of the host's time are %v in the guest", pause, passed)
		}
	}
	started, before := time.Now(), uptime("")
	if passed := uptime("sleep 600; ") - before; passed < 600*time.Second {
		t.Errorf("600 s took %v in the guest", passed)
	}
	if took := time.Since(started); took > 300*time.Second {
		t.Errorf("600 s in the guest took %v", took)
	}
}

const linger = 2 * time.Millisecond // that of package vm
