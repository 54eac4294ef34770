// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/vm/vmtest"
)

func TestParseVersion(t *testing.T) {
	tests := map[string]version{
		"QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright (c) 2003-2022\n": {7, 2},
		"qemu-x86_64 version 10.0.13 (Debian 1:10.0.13+ds-0+deb13u1)\n":                             {10, 0},
		"QEMU emulator version 11.0.50 (v11.0.0-123-gabcdef)\n":                                     {11, 0},
		"warning: a wrapper's word\nQEMU emulator version 8.1.0\n":                                  {8, 1},
		"":                                 {},
		"no QEMU, version 7.2\n":           {},
		"QEMU emulator version seven\n":    {},
		"QEMU emulator version 99999.1.1 ": {},
	}
	for text, want := range tests {
		if got := parseVersion(text); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}

func TestBefore(t *testing.T) {
	order := []version{{7, 2}, {8, 0}, {8, 1}, {10, 0}, {11, 1}}
	for i, v := range order {
		for j, w := range order {
			if got := v.before(w); got != (i < j) {
				t.Errorf("%v before %v: %v", v, w, got)
			}
		}
	}
}

// TestQuirksAreAvoidedWhereTheyAre checks that quirks are avoided only where
// they exist: avoiding them has a cost.
func TestQuirksAreAvoidedWhereTheyAre(t *testing.T) {
	tests := []struct {
		v          version
		accel      Accel
		cpus       int
		want, word string
	}{
		{version{7, 2}, TCG, 1, "tcg", "max,la57=off,cx16=off"},
		{version{7, 2}, TCG, 2, "tcg,thread=single", "max,la57=off,cx16=off"},
		{version{8, 0}, TCG, 1, "tcg", "max,la57=off"},
		{version{11, 1}, TCG, 4, "tcg,thread=single", "max,la57=off"},
		{version{}, TCG, 1, "tcg", "max,la57=off,cx16=off"},
		{version{}, TCG, 2, "tcg,thread=single", "max,la57=off,cx16=off"},
		{version{7, 2}, KVM, 4, "kvm", "host"},
		{version{}, KVM, 1, "kvm", "host"},
	}
	for _, tt := range tests {
		args := config{Spec{Arch: arch.Default(), Kernel: "k", CPUs: tt.cpus}, tt.v}.args(tt.accel)
		if accel, cpu := value(args, "-accel"), value(args, "-cpu"); accel != tt.want || cpu != tt.word {
			t.Errorf("QEMU %v, %s, %d processors: -accel %s -cpu %s", tt.v, tt.accel, tt.cpus, accel, cpu)
		}
	}
}

func value(args []string, option string) string { return args[slices.Index(args, option)+1] }

// TestQuirksSayWhatTheyAre checks that each quirk has its source and an effect.
func TestQuirksSayWhatTheyAre(t *testing.T) {
	for _, q := range quirks {
		if q.name == "" || q.source == "" || q.cost == "" || q.cpu+q.accel == "" {
			t.Errorf("%+v", q)
		}
	}
}

func TestQuirksOfAQEMU(t *testing.T) {
	for printed, want := range map[string]int{"7.2.22": 1, "8.0.0": 0, "?": 1} {
		v, list := Quirks(vmtest.QEMU(t, vmtest.Script{Version: printed}))
		if len(list) != want || !strings.HasPrefix(printed, v) {
			t.Errorf("%s, %q: %+v", printed, v, list)
		}
	}
}

// TestVersionIsAskedOnce checks that a QEMU is asked for its version once, and
// again if it is replaced.
func TestVersionIsAskedOnce(t *testing.T) {
	dir := t.TempDir()
	qemu, asked := filepath.Join(dir, "qemu"), filepath.Join(dir, "asked")
	wrapper := func(number string) {
		text := "#!/bin/sh\necho x >>" + asked + "\necho QEMU emulator version " + number + "\n"
		if err := os.WriteFile(qemu, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	wrapper("7.2.22")
	for range 3 {
		if v := versionOf(qemu); v != (version{7, 2}) {
			t.Errorf("version %v", v)
		}
	}
	wrapper("10.0.13, another size")
	if v := versionOf(qemu); v != (version{10, 0}) {
		t.Errorf("replaced: version %v", v)
	}
	if n := strings.Count(string(readFile(t, asked)), "x"); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

func TestVersionThatIsNotTold(t *testing.T) {
	for _, qemu := range []string{"/missing", "/bin/false", "/bin/true"} {
		if v := versionOf(qemu); v.known() {
			t.Errorf("%s is %v", qemu, v)
		}
	}
}

// TestVersionThatIsNeverTold checks that what a wrapper has started ends with
// it.
func TestVersionThatIsNeverTold(t *testing.T) {
	dir := t.TempDir()
	qemu, pid := filepath.Join(dir, "qemu"), filepath.Join(dir, "pid")
	if err := os.WriteFile(qemu, []byte("#!/bin/sh\nsleep 1000 &\necho $! >"+pid+"\nwait\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if v := askVersion(qemu, 2*time.Second).version; v.known() {
		t.Errorf("version %v", v)
	}
	sleeper := strings.TrimSpace(string(readFile(t, pid)))
	for range 100 { // until init has reaped it
		state, err := os.ReadFile("/proc/" + sleeper + "/stat")
		if err != nil || strings.Contains(string(state), ") Z ") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %s is still there", sleeper)
}

// TestStartKnowsTheVersion checks that Start knows the version of the QEMU that
// it starts.
func TestStartKnowsTheVersion(t *testing.T) {
	for printed, want := range map[string]string{"7.2.22": "max,la57=off,cx16=off", "8.0.0": "max,la57=off", "?": "max,la57=off,cx16=off"} {
		v := started(t, fakeSpec(t, vmtest.Script{Version: printed}))
		if got := value(v.args(), "-cpu"); got != want {
			t.Errorf("%s: -cpu %s, want %s", printed, got, want)
		}
		if !strings.Contains(v.CommandLine(), " -cpu "+want+" ") {
			t.Errorf("%s: %s", printed, v.CommandLine())
		}
	}
}
