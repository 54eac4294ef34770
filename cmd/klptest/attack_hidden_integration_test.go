// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hides are ways to hide what a case leaves behind, by name.
var hides = map[string]string{
	"proc":      "mount -t tmpfs x /proc",
	"sysctl":    "mount -t tmpfs x /proc/sys/kernel; echo 0 > /proc/sys/kernel/tainted",
	"files":     "echo 0 > /tmp/0; mount -o bind /tmp/0 /proc/sys/kernel/tainted; mount -o bind /dev/null /proc/modules",
	"gone":      "umount -l /proc",
	"sys":       "mount -t tmpfs x /sys",
	"livepatch": "mount -t tmpfs x /sys/kernel/livepatch",
	"tracing":   "umount -l /sys/kernel/tracing; mount -t tmpfs x /sys/kernel/debug; mount -t tmpfs x /sys/kernel/tracing; touch /sys/kernel/tracing/enabled_functions",
	"readonly":  "mount -o remount,ro /proc; mount -o remount,ro /sys; mount -o remount,ro /",
	"root":      "mkdir /tmp/r; mount -o bind / /tmp/r; mount -t tmpfs x /",
	// In the agent's own view, where no mount can be made.
	"agent": "for p in /proc/[0-9]*; do if grep -q klptest-agent $p/cmdline; then chroot $p/root /bin/busybox mount -t tmpfs x /proc/sys/kernel; chroot $p/root /bin/busybox umount -l /sys; fi; done",
}

// TestIntegrationAttackHidden checks that a case cannot hide by a mount that it
// leaves a module, a taint, a function that ftrace redirects, or a livepatch.
func TestIntegrationAttackHidden(t *testing.T) {
	attack(t)
	t.Parallel()
	leaver, err := os.ReadFile("testdata/attack/leaver.c")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	args := []string{"run", "--format", "json"}
	write := func(name, insmod, hide string) {
		file := filepath.Join(dir, name+".txtar")
		text := fmt.Sprintf("t\n\n-- transcript --\n%% insmod %s\n%% sh %s\n-- leaver.c --\n%s", insmod, hide, leaver)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	want := map[string][]string{}
	for name, hide := range hides {
		write(name, "leaver", hide)
		want[name] = []string{"module leaver is still loaded", "tainted: W", "cmdline_proc_show is still redirected"}
	}
	write("patch", "klp_a", hides["livepatch"])
	want["patch"] = []string{"module klp_a is still loaded", "livepatch klp_a is still in"}
	out, _ := klptest("", args...).Output() // the verdicts tell
	results := verdictsOf(t, out)
	for name, reasons := range want {
		got := results[name]
		for _, reason := range reasons {
			if got.Verdict != "FAIL" || !strings.Contains(strings.Join(got.Reasons, "\n"), reason) {
				t.Errorf("%s: %s %q lack %q", name, got.Verdict, got.Reasons, reason)
			}
		}
	}
}

// judged is a case's result in a JSON report.
type judged struct {
	Name    string
	Verdict string
	Reasons []string
}

func verdictsOf(t *testing.T, report []byte) map[string]judged {
	t.Helper()
	var doc struct{ Results []judged }
	if err := json.Unmarshal(report, &doc); err != nil {
		t.Fatalf("%v\n%s", err, report)
	}
	byName := map[string]judged{}
	for _, r := range doc.Results {
		byName[r.Name] = r
	}
	return byName
}
