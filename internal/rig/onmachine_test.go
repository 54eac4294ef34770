// SPDX-License-Identifier: Apache-2.0

package rig

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/judge"
	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/guest/agent"
	"github.com/klptest/klptest/internal/guest/client"
	"github.com/klptest/klptest/internal/guest/kernel/kerneltest"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
	"github.com/klptest/klptest/internal/guest/wire"
	"github.com/klptest/klptest/kmods"
)

// box is a machine with a fake kernel.
type box struct {
	t      *testing.T
	kernel *kerneltest.Kernel
	conns  []net.Conn
	down   error         // the error of each attempt to connect
	pause  time.Duration // the duration of a boot
	boots  int
}

func newBox(t *testing.T) *box {
	b := &box{t: t, kernel: kerneltest.New(t)}
	b.kernel.OnLoad = func(path, _ string) error { return b.load(path) }
	b.kernel.OnUnload = b.unload
	b.bootAs("boot 0")
	return b
}

func (b *box) bootAs(id string) {
	rootfstest.Put(b.t, b.kernel.Root, "/proc/sys/kernel/random/boot_id", id+"\n")
	rootfstest.Put(b.t, b.kernel.Root, "/proc/modules", "virtio_net 1 0 - Live 0x0\n")
	rootfstest.Put(b.t, b.kernel.Root, "/proc/meminfo", "MemTotal: 2097152 kB\n")
}

// load and unload change the list of modules. klp_stays cannot be unloaded.
func (b *box) load(path string) error {
	name := strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".ko")
	rootfstest.Put(b.t, b.kernel.Root, "/proc/modules", name+" 1 0 - Live 0x0\nvirtio_net 1 0 - Live 0x0\n")
	return nil
}

func (b *box) unload(name string) error {
	if name == "klp_stays" {
		return unix.EBUSY
	}
	rootfstest.Put(b.t, b.kernel.Root, "/proc/modules", "virtio_net 1 0 - Live 0x0\n")
	return nil
}

func (b *box) Connect(ctx context.Context) (*client.Client, error) {
	if b.down != nil {
		return nil, b.down
	}
	host, there := net.Pipe()
	b.conns = append(b.conns, there)
	go func() {
		defer there.Close()
		_ = agent.New(b.kernel, b.kernel.Root, b.kernel.Root).Serve(there)
	}()
	return client.New(ctx, host, client.Time{})
}

func (b *box) Reboot(context.Context) error {
	b.boots++
	time.Sleep(b.pause)
	b.bootAs("boot " + strings.Repeat("i", b.boots))
	return nil
}

func (b *box) String() string { return "me@box" }

// cut ends the sessions, as a reboot does.
func (b *box) cut() {
	for _, c := range b.conns {
		c.Close()
	}
}

// onBox makes a rig without modules and self-tests.
func onBox(t *testing.T, b *box, reboot bool) *Rig {
	t.Helper()
	c, err := b.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	k := &images.Kernel{Release: "6.12.0-fake", Config: map[string]string{}}
	r := &Rig{o: Options{Guests: Shared, Notice: func(string) {}}, cache: cachetest.New(t), kernel: k, work: t.TempDir(), templates: &templates{}}
	first, err := c.Survey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r.solo = newSolo(r, b, c, reboot, first)
	r.trust, _ = newTestTrust()
	return r
}

// TestOnMachineAsksForHeaders: the headers depend on the release that the machine reports.
func TestOnMachineAsksForHeaders(t *testing.T) {
	b := newBox(t)
	c, err := b.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var asked []string
	none := errors.New("no headers")
	headers := func(_ context.Context, s wire.Survey) (*images.Kernel, error) {
		asked = append(asked, s.Release)
		return nil, none
	}
	if r, err := OnMachine(t.Context(), cachetest.New(t), b, c, headers, false, Options{}); r != nil || err != none || !slices.Equal(asked, []string{"6.12.0-fake"}) {
		t.Errorf("asked for %q: %v", asked, err)
	}
}

// runOnBox runs cases, and returns the verdicts with the first reasons, and the error
// that ended the run.
func runOnBox(t *testing.T, r *Rig, list ...*casefile.Case) (said []string, err error) {
	t.Helper()
	run := r.runner(r.solo, r.solo, Cases(list))
	run.builder = noModules{}
	for res, err := range run.run(t.Context(), Cases(list)) {
		if err != nil {
			return said, err
		}
		said = append(said, strings.TrimSpace(res.Name+" "+string(res.Verdict)+" "+res.Headline()))
	}
	return said, nil
}

// loads makes a case that loads a module, and puts the module on the machine.
func loads(t *testing.T, b *box, name, module string) *casefile.Case {
	t.Helper()
	rootfstest.Put(t, b.kernel.Root, "/run/klptest/modules/"+module+".ko", "ELF")
	c, err := casefile.Parse(name+".txtar", []byte("A case.\n\nLeaves: "+module+"\n\n-- transcript --\n% insmod "+module+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestUnsuitableMachines(t *testing.T) {
	k := &images.Kernel{Release: "6.12"}
	signs := &images.Kernel{Release: "6.12", Config: map[string]string{"MODULE_SIG_FORCE": "y"}}
	for name, tc := range map[string]struct {
		s    wire.Survey
		k    *images.Kernel
		want string
	}{
		"fine":              {wire.Survey{Release: "6.12", Lockdown: "none"}, k, ""},
		"another kernel":    {wire.Survey{Release: "6.1"}, k, "me@box runs 6.1, and the modules would be built for 6.12"},
		"lockdown":          {wire.Survey{Release: "6.12", Lockdown: "integrity"}, k, "is locked down (integrity, as with Secure Boot)"},
		"lockdown, signed":  {wire.Survey{Release: "6.12", Lockdown: "integrity"}, signs, ""},
		"signed only":       {wire.Survey{Release: "6.12", SignedOnly: true}, k, "module.sig_enforce"},
		"a livepatch of it": {wire.Survey{Release: "6.12", Patches: []string{"kpatch_cve", "klp_a"}}, k, "livepatches of its own: kpatch_cve"},
		"ours, left over":   {wire.Survey{Release: "6.12", Patches: []string{"klp_a"}}, k, ""},
	} {
		err := unsuitable(newBox(t), tc.s, tc.k)
		if tc.want == "" && err == nil {
			continue
		}
		if e, ok := errors.AsType[*blame.Error](err); !ok || e.Party != blame.User || e.Advice == "" || !strings.Contains(e.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRemarks(t *testing.T) {
	now := time.Now()
	b := newBox(t)
	if lines := remarks(b, wire.Survey{Now: now, Taint: 1 << 15}, now); len(lines) != 0 {
		t.Errorf("%q", lines)
	}
	lines := remarks(b, wire.Survey{Now: now.Add(-time.Hour), Taint: 1 << 9, Lacks: []string{"/sys/kernel/debug/clear_warn_once", "/x"}}, now)
	text := strings.Join(lines, "\n")
	for _, want := range []string{"clear_warn_once: a warning", "is off by -1h0m0s", "tainted already: W (bit 9)"} {
		if len(lines) != 3 || !strings.Contains(text, want) {
			t.Errorf("%q, want %s", lines, want)
		}
	}
	for _, file := range []string{"/sys/kernel/debug/clear_warn_once", "/sys/kernel/debug/dynamic_debug/control", "/sys/kernel/tracing/enabled_functions"} {
		if unseen[file] == "" {
			t.Errorf("nothing is said of %s", file)
		}
	}
}

// TestOnMachineTidies: modules that a case leaves are unloaded before the next one.
func TestOnMachineTidies(t *testing.T) {
	b := newBox(t)
	r := onBox(t, b, false)
	got, err := runOnBox(t, r, loads(t, b, "one", "klp_a"), loads(t, b, "two", "klp_a"))
	if want := "one PASS,two PASS"; strings.Join(got, ",") != want || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if last := r.solo.farewell(); last != "left loaded on me@box: nothing" {
		t.Errorf("%q", last)
	}
}

// TestOnMachineThatStaysDirty: a module that cannot be unloaded ends the
// run or causes a reboot.
func TestOnMachineThatStaysDirty(t *testing.T) {
	for _, reboot := range []bool{false, true} {
		b := newBox(t)
		r := onBox(t, b, reboot)
		got, err := runOnBox(t, r, loads(t, b, "one", "klp_stays"), loads(t, b, "two", "klp_a"))
		if reboot && (err != nil || strings.Join(got, ",") != "one PASS,two PASS" || b.boots != 1) {
			t.Errorf("%q, %v, %d boots", got, err, b.boots)
		}
		if !reboot && (len(got) != 1 || blame.Of(err) != blame.User || !strings.Contains(err.Error(), "has left klp_stays loaded on me@box")) {
			t.Errorf("%q, %v", got, err)
		}
		last := r.solo.farewell()
		if want := map[bool]string{false: "left loaded on me@box: klp_stays", true: "left loaded on me@box: nothing"}[reboot]; last != want {
			t.Errorf("%q, want %q", last, want)
		}
	}
}

// TestOnMachineThatReboots: a reboot in the middle of a case makes only that case an ERROR.
func TestOnMachineThatReboots(t *testing.T) {
	b := newBox(t)
	r := onBox(t, b, false)
	b.kernel.OnLoad = func(path, _ string) error {
		b.kernel.OnLoad = func(path, _ string) error { return b.load(path) }
		_ = b.Reboot(t.Context())
		b.cut()
		return nil
	}
	got, err := runOnBox(t, r, loads(t, b, "one", "klp_a"), loads(t, b, "two", "klp_a"))
	want := "one ERROR % insmod klp_a: me@box has rebooted in the middle of the case,two PASS"
	if strings.Join(got, ",") != want || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestVisit: the case's modules stay loaded for a person until the rig is closed.
func TestVisit(t *testing.T) {
	b := newBox(t)
	r := onBox(t, b, false)
	r.modules = &modules{shipped: func() (map[string]kmods.Module, error) { return nil, nil }}
	if res, err := r.Visit(t.Context(), nil); err != nil || res.Verdict != "" {
		t.Errorf("%+v, %v", res, err)
	}
	c := loads(t, b, "one", "klp_a")
	c.Steps[0].Command.Args[0] = "klp_a"
	r.modules.shipped = func() (map[string]kmods.Module, error) {
		path := filepath.Join(t.TempDir(), "klp_a.ko")
		return map[string]kmods.Module{"klp_a": {Name: "klp_a", Path: path}}, os.WriteFile(path, []byte("ELF"), 0o600)
	}
	res, err := r.Visit(t.Context(), c)
	if err != nil || res.Verdict != judge.Pass || !slices.Contains(namesLoaded(t, b), "klp_a") {
		t.Errorf("%+v, %v, %q", res, err, namesLoaded(t, b))
	}
	if last := r.solo.farewell(); last != "left loaded on me@box: nothing" {
		t.Errorf("%q", last)
	}
}

func namesLoaded(t *testing.T, b *box) []string {
	t.Helper()
	text, err := b.kernel.Root.Read("/proc/modules", 1<<10)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(text)
}

// TestOnMachineWhoseSessionBreaks: a broken session is not taken for a reboot.
func TestOnMachineWhoseSessionBreaks(t *testing.T) {
	b := newBox(t)
	r := onBox(t, b, false)
	b.kernel.OnLoad = func(string, string) error {
		b.cut()
		return nil
	}
	got, err := runOnBox(t, r, loads(t, b, "one", "klp_a"))
	if len(got) != 1 || !strings.Contains(got[0], "broke, and the machine has not rebooted") || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// TestOnMachineThatIsTooSmall: a case that needs more than the machine has is a SKIP.
func TestOnMachineThatIsTooSmall(t *testing.T) {
	b := newBox(t)
	r := onBox(t, b, false)
	got, err := runOnBox(t, r, parse(t, "big", "Memory: 4096\n"), parse(t, "many", "CPUs: 64\n"), loads(t, b, "small", "klp_a"))
	want := []string{"big SKIP me@box has 2048 MiB of memory; the case asks for 4096", "many SKIP me@box has", "small PASS"}
	for i := range want {
		if len(got) != len(want) || !strings.HasPrefix(got[i], want[i]) || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	}
}

// TestOnMachineInterrupted: an interrupt in the middle of a case breaks the session.
// What the case left is still unloaded and reported.
func TestOnMachineInterrupted(t *testing.T) {
	b := newBox(t)
	r := onBox(t, b, false)
	ctx, interrupt := context.WithCancel(t.Context())
	b.kernel.OnLoad = func(path, _ string) error {
		interrupt()
		return b.load(path)
	}
	tests := Cases([]*casefile.Case{loads(t, b, "one", "klp_a")})
	run := r.runner(r.solo, r.solo, tests)
	run.builder = noModules{}
	if list, err := Collect(run.run(ctx, tests)); err == nil {
		t.Errorf("%v", list)
	}
	if last := r.solo.farewell(); last != "left loaded on me@box: nothing" {
		t.Errorf("%q", last)
	}
	b.down = errors.New("no route to host")
	r = &Rig{}
	r.solo = &solo{rig: r, to: b}
	if last := r.solo.farewell(); last != "what is left loaded on me@box is not known: no route to host" {
		t.Errorf("%q", last)
	}
}

// brings is a builder for cases that bring the module mine.
type brings struct{ path string }

func (b brings) of(context.Context, Test) ([]kmods.Module, error) {
	return []kmods.Module{{Name: "mine", Path: b.path}}, nil
}

// TestOnMachineForgetsNoModule: a module whose session has ended is still the case's, but
// one that the machine had before the first test is not.
func TestOnMachineForgetsNoModule(t *testing.T) {
	for _, had := range []bool{false, true} {
		b := newBox(t)
		r := onBox(t, b, false)
		if had {
			r.solo.first.Modules = append(r.solo.first.Modules, "mine")
		}
		path := filepath.Join(t.TempDir(), "mine.ko")
		if err := os.WriteFile(path, []byte("ELF"), 0o600); err != nil {
			t.Fatal(err)
		}
		b.kernel.OnLoad = func(path, _ string) error {
			err := b.load(path)
			b.cut()
			return err
		}
		tests := Cases([]*casefile.Case{loads(t, b, "one", "mine")})
		run := r.runner(r.solo, r.solo, tests)
		run.builder = brings{path}
		if list, err := Collect(run.run(t.Context(), tests)); err != nil || len(list) != 1 || list[0].Verdict != judge.Error {
			t.Errorf("%v, %v", list, err)
		}
		last := r.solo.farewell()
		if stays := slices.Contains(namesLoaded(t, b), "mine"); stays != had || last != "left loaded on me@box: nothing" {
			t.Errorf("had it: %v; it stays: %v; %q", had, stays, last)
		}
	}
}

// TestOnMachineBootIsNoCases: the time of a reboot counts for no case.
func TestOnMachineBootIsNoCases(t *testing.T) {
	b := newBox(t)
	b.pause = time.Second
	r := onBox(t, b, true)
	tests := Cases([]*casefile.Case{loads(t, b, "one", "klp_stays"), loads(t, b, "two", "klp_a")})
	run := r.runner(r.solo, r.solo, tests)
	run.builder = noModules{}
	list, err := Collect(run.run(t.Context(), tests))
	if err != nil || len(list) != 2 || b.boots != 1 || list[1].Duration >= b.pause {
		t.Errorf("%v, %d boots, %v", list, b.boots, err)
	}
}
