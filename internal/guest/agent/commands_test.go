// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/machine/machinetest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
	"github.com/klptest/klptest/internal/guest/rootfs"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
)

func TestInsmod(t *testing.T) {
	a, k := newGuest(t)
	var path, params string
	calls := 0
	k.OnLoad = func(p, s string) error {
		path, params = p, s
		calls++
		return unix.EINVAL
	}
	if err := a.put("klp_a", []byte("ELF"), true); err != nil {
		t.Fatal(err)
	}
	out := a.run(t.Context(), machinetest.Cmd(machine.Insmod, "klp_a", "states=1:1", "text=a b"))
	if name, _ := symbol(out.err); name != "EINVAL" || calls != 1 || out.starts {
		t.Errorf("%d calls, %+v", calls, out)
	}
	if want := `states=1:1 text="a b"`; params != want {
		t.Errorf("parameters %q, want %q", params, want)
	}
	if data, err := os.ReadFile(path); string(data) != "ELF" {
		t.Error(err, data)
	}
}

func TestInsmodWaitsForLivepatchOnly(t *testing.T) {
	a, k := newGuest(t)
	k.OnLoad = func(path, _ string) error {
		if strings.HasSuffix(path, "/klp_a.ko") {
			kerneltest.Patch(t, a.files, "klp_a", "1", "1")
		}
		return nil
	}
	for name, want := range map[string]bool{"klp_a": true, "klp_target": false} {
		if err := a.put(name, nil, true); err != nil {
			t.Fatal(err)
		}
		if out := a.run(t.Context(), machinetest.Cmd(machine.Insmod, name)); out.err != nil || out.starts != want {
			t.Errorf("%s: %+v", name, out)
		}
	}
}

func TestUnknownIsNotTheKernels(t *testing.T) {
	a, _ := newGuest(t)
	for _, c := range []machine.Command{
		machinetest.Cmd(machine.Insmod, "klp_a"),
		machinetest.Cmd(machine.Insmod, "../../etc/x"),
		machinetest.Cmd(machine.Insmod),
		machinetest.Cmd(machine.Hold, "both"),
		machinetest.Cmd(machine.Echo, "1"),
		machinetest.Cmd("modprobe", "klp_a"),
	} {
		out := a.run(t.Context(), c)
		if name, ok := symbol(out.err); ok || out.err == nil {
			t.Errorf("%s: %v %q", c.Text, out.err, name)
		}
	}
}

// A livepatch that has left sysfs still has a reference for a moment.
func TestRmmodPatience(t *testing.T) {
	for name, tc := range map[string]struct {
		taint   string
		listed  bool
		running int // tasks
		free    time.Duration
		want    error
		took    time.Duration
	}{
		"freed soon":          {taint: "OEK", free: 50 * time.Millisecond, took: 60 * time.Millisecond},
		"forced":              {taint: "OEK", running: 1, free: time.Hour, want: unix.EAGAIN},
		"forced and busy":     {taint: "OEK", running: 12, free: time.Hour, want: unix.EAGAIN, took: rmmodPatience + rmmodPause},
		"enabled":             {taint: "OEK", listed: true, free: time.Hour, want: unix.EAGAIN},
		"no livepatch":        {taint: "OE", free: time.Hour, want: unix.EAGAIN},
		"free from the start": {taint: "OEK"},
	} {
		t.Run(name, func(t *testing.T) {
			a, k := newGuest(t)
			rootfstest.Put(t, a.files, "/sys/module/klp_a/taint", tc.taint+"\n")
			rootfstest.Put(t, a.files, "/proc/stat", fmt.Sprintf("cpu 1 2\nprocs_running %d\nprocs_blocked 0\n", cmp.Or(tc.running, 2)))
			if tc.listed {
				kerneltest.Patch(t, a.files, "klp_a", "1", "0")
			}
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				k.OnUnload = func(string) error {
					if time.Since(start) < tc.free {
						return unix.EAGAIN
					}
					return nil
				}
				out := a.run(t.Context(), machinetest.Cmd(machine.Rmmod, "klp_a"))
				if took := time.Since(start); out.err != tc.want || took != tc.took {
					t.Errorf("%v after %v", out.err, took)
				}
			})
		})
	}
}

// TestIdle: the agent's own threads may want the CPU for a while.
func TestIdle(t *testing.T) {
	for name, tt := range map[string]struct {
		busy int // reads
		err  error
		want bool
	}{
		"at once":         {0, nil, true},
		"after a while":   {200, nil, true},
		"never":           {math.MaxInt, nil, false},
		"cannot be known": {3, unix.EIO, false},
	} {
		reads := 0
		got := idle(func() (int, error) {
			if reads++; reads <= tt.busy {
				return 2, nil
			}
			return 1, tt.err
		})
		if got != tt.want {
			t.Errorf("%s: %t after %d reads", name, got, reads)
		}
	}
}

func TestRmmodOfLivepatchStartsNothing(t *testing.T) {
	a, k := newGuest(t)
	k.OnUnload = func(string) error { return nil }
	rootfstest.Put(t, a.files, "/sys/module/klp_a/taint", "OEK\n")
	rootfstest.Put(t, a.files, "/sys/module/klp_target/taint", "OE\n")
	for name, want := range map[string]bool{"klp_a": false, "klp_target": true} {
		if out := a.run(t.Context(), machinetest.Cmd(machine.Rmmod, name)); out.starts != want {
			t.Errorf("%s: %+v", name, out)
		}
	}
}

func TestEchoAndCat(t *testing.T) {
	a, _ := newGuest(t)
	kerneltest.Patch(t, a.files, "klp_a", "1", "0")
	enabled := livepatchDir + "/klp_a/enabled"
	if out := a.run(t.Context(), machinetest.Cmd(machine.Echo, "0", enabled)); out.err != nil || !out.starts {
		t.Errorf("%+v", out)
	}
	if data, _ := os.ReadFile(a.files.Path(enabled)); string(data) != "0\n" {
		t.Errorf("wrote %q", data)
	}
	if out := a.run(t.Context(), machinetest.Cmd(machine.Cat, enabled)); out.output != "0" || out.starts {
		t.Errorf("%+v", out)
	}
	rootfstest.Put(t, a.files, "/proc/x", "1")
	if out := a.run(t.Context(), machinetest.Cmd(machine.Echo, "7", "/proc/x")); out.err != nil || out.starts {
		t.Errorf("%+v", out)
	}
	for _, c := range []machine.Command{machinetest.Cmd(machine.Cat, "/none"), machinetest.Cmd(machine.Echo, "1", "/none/x")} {
		if name, _ := symbol(a.run(t.Context(), c).err); name != "ENOENT" {
			t.Errorf("%s: %q", c.Text, name)
		}
	}
}

func TestCatIsCut(t *testing.T) {
	a, _ := newGuest(t)
	rootfstest.Put(t, a.files, "/big", strings.Repeat("x", rootfs.MaxOutput+1))
	rootfstest.Put(t, a.files, "/fits", strings.Repeat("x", rootfs.MaxOutput))
	if out := a.run(t.Context(), machinetest.Cmd(machine.Cat, "/big")); !strings.HasSuffix(out.output, "\n"+guest.CutNote) {
		t.Errorf("%d bytes", len(out.output))
	}
	if out := a.run(t.Context(), machinetest.Cmd(machine.Cat, "/fits")); len(out.output) != rootfs.MaxOutput {
		t.Errorf("%d bytes", len(out.output))
	}
}

// A file has only what it has at the moment; a reader that waited would hang
// here.
func TestCatDoesNotWait(t *testing.T) {
	a, _ := newGuest(t)
	path := a.files.Path("/pipe")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(path, os.O_RDWR, 0) // it has a writer, and thus no end
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	for _, text := range []string{"", "now"} {
		if _, err := pipe.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if out := a.run(t.Context(), machinetest.Cmd(machine.Cat, "/pipe")); out.output != text || out.err != nil {
			t.Errorf("%+v, want %q", out, text)
		}
	}
	name, ok := symbol(a.run(t.Context(), machinetest.Cmd(machine.Cat, "/")).err)
	if name != "EISDIR" || !ok {
		t.Errorf("a directory: %q", name)
	}
}

// TestReleaseWaits: the agent cannot know whether the other holder still holds:
// one that is not inside its function does not.
func TestReleaseWaits(t *testing.T) {
	a, _ := newGuest(t)
	rootfstest.Put(t, a.files, holderAt+"old", "0\n")
	rootfstest.Put(t, a.files, holderAt+"new", "0\n")
	for _, step := range []struct {
		verb   machine.Verb
		what   string
		starts bool
	}{
		{machine.Hold, "old", false},
		{machine.Hold, "new", false},
		{machine.Release, "new", true},
		{machine.Release, "old", true},
	} {
		out := a.run(t.Context(), machinetest.Cmd(step.verb, step.what))
		if out.err != nil || out.starts != step.starts {
			t.Errorf("%+v: %+v", step, out)
		}
	}
	if _, ok := symbol(a.setHolder(t.Context(), "both", "1")); ok {
		t.Error("an unknown holder is not the kernel's")
	}
}

func TestSymbol(t *testing.T) {
	for want, err := range map[string]error{
		"EBUSY":     fmt.Errorf("wrapped: %w", unix.EBUSY),
		"ENOENT":    &os.PathError{Err: unix.ENOENT},
		"errno 524": unix.Errno(524), // ENOTSUPP
		"exit 3":    exitError("exit 3"),
	} {
		if got, ok := symbol(err); got != want || !ok {
			t.Errorf("%v: %q", err, got)
		}
	}
	if got, ok := symbol(errors.New("rig")); ok {
		t.Errorf("%q", got)
	}
}

func TestJoinParams(t *testing.T) {
	for want, params := range map[string][]string{
		"":                  nil,
		"a=1 b=2,3":         {"a=1", "b=2,3"},
		`a="x y" flag b=`:   {"a=x y", "flag", "b="},
		`a="quoted before"`: {`a="quoted before"`},
		`a="k=v w"`:         {"a=k=v w"},
	} {
		if got := joinParams(params); got != want {
			t.Errorf("%q: got %q, want %q", params, got, want)
		}
	}
}

func TestSh(t *testing.T) {
	a, _ := newGuest(t)
	out := a.run(t.Context(), machinetest.Cmd(machine.Sh, "true"))
	if _, ok := symbol(out.err); ok || blame.Of(out.err) != blame.Rig || !strings.Contains(out.err.Error(), "no busybox") {
		t.Errorf("without busybox: %v", out.err)
	}
	rootfstest.Busybox(t, a.files)
	for command, want := range map[string]struct{ output, errno string }{
		"echo out; echo err >&2":               {"out\nerr", ""},
		"exit 3":                               {"", "exit 3"},
		"kill -9 $$":                           {"", "SIGKILL"},
		"head -c 70000 /dev/zero | tr '\\0' x": {strings.Repeat("x", rootfs.MaxOutput) + "\n" + guest.CutNote, ""},
	} {
		out := a.run(t.Context(), machinetest.Cmd(machine.Sh, command))
		if errno, _ := symbol(out.err); out.output != want.output || errno != want.errno {
			t.Errorf("%s: %.80q %v", command, out.output, out.err)
		}
	}
}

// TestShWithModules: a shell runs in the directory of the modules.
func TestShWithModules(t *testing.T) {
	a, _ := newGuest(t)
	rootfstest.Busybox(t, a.files)
	rootfstest.Put(t, a.files, guest.CaseModules+"/klp_a.ko", "")
	if out := a.run(t.Context(), machinetest.Cmd(machine.Sh, "ls")); out.output != "klp_a.ko" {
		t.Errorf("%q, %v", out.output, out.err)
	}
}

// TestShInBackground: a command in the background does not delay the next one,
// and goes on beside it.
func TestShInBackground(t *testing.T) {
	a, _ := newGuest(t)
	rootfstest.Busybox(t, a.files)
	fifo := a.files.Path("/fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	background := machinetest.Cmd(machine.Sh, "read x < "+fifo+"; echo $x > "+fifo+".out; : > "+fifo)
	background.Background = true
	if out := a.run(t.Context(), background); out.err != nil || out.output != "" {
		t.Fatalf("%q, %v", out.output, out.err)
	}
	if out := a.run(t.Context(), machinetest.Cmd(machine.Sh, "echo done > "+fifo+"; cat "+fifo+" "+fifo+".out")); out.err != nil || out.output != "done" {
		t.Errorf("%q, %v", out.output, out.err)
	}
}

func TestShEndsWithItsLimit(t *testing.T) {
	a, _ := newGuest(t)
	rootfstest.Busybox(t, a.files)
	ctx, cancel := context.WithCancel(t.Context())
	rootfstest.Put(t, a.files, "/fifo", "")
	os.Remove(a.files.Path("/fifo"))
	if err := unix.Mkfifo(a.files.Path("/fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer cancel()
		// The open returns once the command runs and has opened its end.
		if f, err := os.OpenFile(a.files.Path("/fifo"), os.O_WRONLY, 0); err == nil {
			f.Close()
		}
	}()
	out := a.run(ctx, machinetest.Cmd(machine.Sh, "read x < "+a.files.Path("/fifo")+"; exec sleep 1000"))
	if !errors.Is(out.err, context.Canceled) {
		t.Error(out.err)
	}
}
