// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/exit"
	"github.com/klptest/klptest/internal/guest/wire"
)

// TestHostMisused checks that bad flags for a machine are refused before klptest
// connects to anything.
func TestHostMisused(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	for words, want := range map[string]string{
		"--host me@box state-add":                                     "cases can crash or hang me@box",
		"--host me --yes-crash-it state-add":                          `"me" is not USER@ADDRESS`,
		"--host me@127.0.0.1:1 --ssh-port 2 --yes-crash-it state-add": "me@127.0.0.1:1 has another port than --ssh-port 2",
		"--yes-crash-it state-add":                                    "--yes-crash-it says nothing without --host",
		"--ssh-key x state-add":                                       "--ssh-key says nothing without --host or --image",
		"--image x --gcov":                                            "--image and --gcov exclude each other",
		"--image x --kernel-args quiet":                               "--kernel-args says nothing of a kernel that the boot loader of --image boots",
		"--image /nowhere/disk --kernel debian:6.1":                   "cannot read /nowhere/disk",
		"--image x --kernel debian:6.1 --build-in-guest":              "--build-in-guest and --kernel exclude each other",
		"--image x --host me@box --yes-crash-it":                      "--host and --image exclude each other",
		"--image x --yes-crash-it":                                    "--yes-crash-it says nothing without --host",
		"--ssh-user me":                                               "--ssh-user says nothing without --image",
		"--image /nowhere/disk state-add":                             "cannot read /nowhere/disk",
		"--host me@box --yes-crash-it --gcov":                         "--host and --gcov exclude each other",
		"--host me@box --yes-crash-it -j 2":                           "--host and --jobs exclude each other",
		"--host me@box --yes-crash-it --memory 512":                   "--host and --memory exclude each other",
		"--host me@box --kernel a --kernel b --yes-crash-it":          "a machine runs one kernel",
		"--image x --build-in-guest --kdir /":                         "--build-in-guest and --kdir exclude each other",
		"--build-in-guest":                                            "--build-in-guest says nothing without --image",
		"shell --host me@box":                                         "cases can crash or hang me@box",
		"shell --image /nowhere/disk --kernel debian:6.1":             "cannot read /nowhere/disk",
		"shell --image x --host me@box":                               "--host and --image exclude each other",
		"shell --image x --kernel-args quiet":                         "--kernel-args says nothing of a kernel that the boot loader of --image boots",
		"shell --image /nowhere/disk":                                 "cannot read /nowhere/disk",
		"explore --image /nowhere/disk --kernel debian:6.1":           "cannot read /nowhere/disk",
		"explore --image x --kernel-args quiet":                       "--kernel-args says nothing of a kernel that the boot loader of --image boots",
		"explore --ssh-key x":                                         "--ssh-key says nothing without --host or --image",
		"explore --host me@box":                                       "unknown flag: --host",
		"selftests --image /nowhere/disk --kernel debian:6.1":         "cannot read /nowhere/disk",
		"selftests --image x --kernel-args quiet":                     "--kernel-args says nothing of a kernel that the boot loader of --image boots",
		"selftests --image /nowhere/disk":                             "cannot read /nowhere/disk",
		"selftests --ssh-user me":                                     "--ssh-user says nothing without --image",
	} {
		var out, errs bytes.Buffer
		args := strings.Fields(words)
		if strings.HasPrefix(words, "-") {
			args = append([]string{"run"}, args...)
		}
		status := run(t.Context(), args, streams{strings.NewReader(""), &out, &errs})
		if status != exit.Usage || !strings.Contains(errs.String(), want) {
			t.Errorf("%s: status %d\n%s", words, status, errs.String())
		}
	}
}

func TestLeaversLast(t *testing.T) {
	list, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	sorted := leaversLast(list)
	first := slices.IndexFunc(sorted, func(c *casefile.Case) bool { return len(c.Leaves) > 0 })
	if first < 0 || len(sorted) != len(list) {
		t.Fatalf("%d cases, the first that leaves something is %d", len(sorted), first)
	}
	for _, c := range sorted[first:] {
		if len(c.Leaves) == 0 {
			t.Errorf("%s comes after one that leaves something", c.Name)
		}
	}
}

func TestDebianVersion(t *testing.T) {
	for version, want := range map[string]string{
		"#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-3 (2026-11-26)":         "6.1.192-3",
		"#1 SMP PREEMPT_DYNAMIC Debian 6.12.117-1~deb12u1 (2026-11-1)": "6.12.117-1~deb12u1",
		"#31-Ubuntu SMP PREEMPT_DYNAMIC Sat Apr 20":                    "",
		"#1 SMP Debian ../../x (2026)":                                 "",
		"#1 SMP Debian -o=x (2026)":                                    "",
		"":                                                             "",
	} {
		got := ""
		if m := debianVersion.FindStringSubmatch(version); m != nil {
			got = m[1]
		}
		if got != want {
			t.Errorf("%q: %q, want %q", version, got, want)
		}
	}
	_, err := (&app{}).headers(t.Context(), nil, wire.Survey{Release: "6.8.0-31-none"}, machineOptions{host: hostOptions{address: "me@box"}})
	if err == nil || !strings.Contains(err.Error(), "there are no headers of 6.8.0-31-none here, which runs on me@box") {
		t.Error(err)
	}
}
