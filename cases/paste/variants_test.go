// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"context"
	"fmt"
	"html"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases"
	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/model"
)

const (
	variants      = 300
	leastSame     = 0.95 // of the variants reach the same end state
	variantsSeed1 = 16
	variantsSeed2 = 2026
)

// original is a shipped case and the log of its run: its transcript is what
// each kernel logged.
type original struct {
	c       *casefile.Case
	log     []string
	enabled []string // livepatches, at the end
	leaves  []string // modules that are forced to stay
	core    []event
}

func originals(t *testing.T) (list []original) {
	shipped, err := cases.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range shipped {
		o := original{c: c, leaves: c.Leaves}
		p, err := model.Foresee(t.Context(), release, c)
		if err != nil { // the case has its own modules: it has the log
			p = model.Prediction{}
			for _, s := range c.Steps {
				var lines []string
				for _, x := range s.Expect {
					if x.Kind == casefile.Log && len(x.When) == 0 {
						lines = append(lines, x.Text)
					}
				}
				p.Steps = append(p.Steps, lines)
			}
		}
		o.enabled = p.Enabled
		o.core = coreEvents(p.Steps)
		for _, lines := range p.Steps {
			for _, l := range lines {
				if !strings.HasPrefix(l, "! ") && !strings.HasPrefix(l, "= ") && l != "=" {
					o.log = append(o.log, l)
				}
			}
		}
		if len(o.core) > 0 {
			list = append(list, o)
		}
	}
	return list
}

// disguise makes a report from a log.
type disguise struct {
	*rand.Rand
	names map[string]string
}

var (
	foreignPatches = []string{"livepatch_v", "kpatch_cve_2024_", "klp_update_", "lp_fix", "livepatch_5_14_0_", "kgraft_patch_", "hotfix", "test_klp_demo"}
	foreignTargets = []string{"nf_tables", "test_klp_callbacks_mod", "vfio_pci", "e1000e", "my_driver", "xt_LOG"}
	moduleInLog    = regexp.MustCompile(`\bklp_(?:[a-h]|target|other|loglevel_v[123]|[a-z]\w+)\b`)
)

func (d *disguise) name(own string) string {
	if d.names[own] == "" {
		base := foreignPatches[d.IntN(len(foreignPatches))]
		if own == "klp_target" || own == "klp_other" {
			base = foreignTargets[d.IntN(len(foreignTargets))]
		}
		for n := 1; ; n++ {
			name := fmt.Sprint(base, n)
			if !slices.Contains(values(d.names), name) {
				d.names[own] = name
				break
			}
		}
	}
	return d.names[own]
}

func values(m map[string]string) (list []string) {
	for _, v := range m {
		list = append(list, v)
	}
	return list
}

var (
	ownCallback = regexp.MustCompile(`^(klp_[a-h]): ((?:pre|post)_(?:un)?patch) (\w+)(?:: state .*)?$`)
	debugLine   = regexp.MustCompile(`: (?:initializing|completing|reversing|canceling) `)
	notALine    = regexp.MustCompile(`klp_(?:get|check|ftrace|target_hold|no_such)\w*`)
)

// report returns a log as a user might paste it.
func (d *disguise) report(o original) string {
	debug, callbacks := d.IntN(3) == 0, d.IntN(3)
	stampForm, quoteMark, width := d.IntN(10), []string{"", "", "> ", "> > ", ">> "}[d.IntN(5)], []int{0, 0, 72, 78}[d.IntN(4)]
	noise := d.IntN(2) == 0
	var b strings.Builder
	usec := 100_000_000 + d.IntN(1_000_000_000)
	say := func(text string) {
		usec += 1 + d.IntN(900_000)
		for _, piece := range wrap(d.stamp(stampForm, usec)+text, width) {
			b.WriteString(quoteMark + piece + "\n")
		}
	}
	for _, l := range o.log {
		m := ownCallback.FindStringSubmatch(l)
		switch {
		case !debug && debugLine.MatchString(l) && strings.HasPrefix(l, "livepatch: "):
			continue
		case m != nil && callbacks == 0, m == nil && strings.HasPrefix(l, "klp_") && callbacks < 2:
			continue
		case m != nil && callbacks == 1:
			l = fmt.Sprintf("%s: %s_callback: %s", m[1], m[2], m[3])
			if m[3] != "vmlinux" {
				l += " -> [MODULE_STATE_LIVE] Normal state"
			}
		}
		if noise && d.IntN(4) == 0 {
			say([]string{"eth0: Link is Down", "usb 1-1: new high-speed USB device number 5 using xhci_hcd", "systemd[1]: Started Session 3 of user root.", "audit: type=1400 audit(1.2:3): apparmor=\"STATUS\"", "EXT4-fs (sda1): re-mounted. Opts: (null)"}[d.IntN(5)])
		}
		for _, text := range splatLines(l) {
			say(d.rename(text))
		}
	}
	switch d.IntN(6) {
	case 0:
		return strings.ReplaceAll(b.String(), "\n", "\r\n")
	case 1:
		return "<pre>" + strings.ReplaceAll(html.EscapeString(b.String()), "&#39;", "&apos;") + "</pre>\n"
	case 2:
		return strings.NewReplacer(" '", " ‘", "'", "’").Replace(b.String())
	}
	return b.String()
}

func (d *disguise) rename(text string) string {
	return moduleInLog.ReplaceAllStringFunc(text, func(s string) string {
		if notALine.MatchString(s) {
			return s
		}
		return d.name(s)
	})
}

// splatLines returns the lines that a kernel logs for a line of a transcript.
func splatLines(l string) []string {
	where, ok := strings.CutPrefix(l, "* WARNING ")
	switch {
	case ok:
		return []string{"------------[ cut here ]------------", "WARNING: CPU: 0 PID: 231 at kernel/livepatch/state.c:69 " + where + "+0x6b/0x80",
			"Modules linked in: x(OEK)", "Call Trace:", " <TASK>", " klp_module_coming+0xd6/0x2a0", " </TASK>", "---[ end trace 0000000000000000 ]---"}
	case l == "* stack":
		return []string{"CPU: 0 UID: 0 PID: 1 Comm: insmod Tainted: G  OE K", "Call Trace:", " <TASK>", " dump_stack_lvl+0x64/0x80", " </TASK>"}
	}
	return []string{strings.TrimPrefix(l, `\`)}
}

func (d *disguise) stamp(form, usec int) string {
	seconds := fmt.Sprintf("%5d.%06d", usec/1_000_000, usec%1_000_000)
	clock := fmt.Sprintf("%02d:%02d:%02d", usec/3_600_000_000%24, usec/60_000_000%60, usec/1_000_000%60)
	switch form {
	case 0:
		return "[" + seconds + "] "
	case 1:
		return "[" + seconds + "][  T231] "
	case 2:
		return "Jan 20 " + clock + " box kernel: "
	case 3:
		return "Jan 20 " + clock + " box kernel: [" + seconds + "] "
	case 4:
		return "[Fri Jan  2 " + clock + " 2026] "
	case 5:
		return "kern  :notice: [" + seconds + "] "
	case 6:
		return "[" + seconds + " <    0.000123>] "
	case 7:
		return "[" + seconds + "] box kernel: "
	case 8:
		return "2026-01-20T" + clock + ".123456+01:00 box kernel: "
	}
	return "<6>[" + seconds + "] "
}

// wrap breaks a line as mailers do, at blanks.
func wrap(text string, width int) (list []string) {
	for width > 0 && len(text) > width {
		at := strings.LastIndexByte(text[:width], ' ')
		if at <= 20 {
			break
		}
		list = append(list, text[:at])
		text = text[at+1:]
	}
	return append(list, text)
}

// outcome says how a variant compares with its original.
type outcome struct {
	end, steps bool
	why        string
}

func compare(ctx context.Context, o original, d *disguise, text string) outcome {
	lines := read([]byte(text))
	if _, err := selectTest(lines, ""); err != nil {
		return outcome{why: err.Error()}
	}
	r, err := tellReport(ctx, lines, Options{})
	if err != nil {
		return outcome{why: err.Error()}
	}
	if r.failed != nil {
		return outcome{why: r.failed.Error()}
	}
	var got []string
	for _, name := range r.before.Enabled {
		got = append(got, r.m.theirs(name))
	}
	want := d.all(o.enabled)
	leaves := r.names(r.predicted.Leaves)
	for i, l := range leaves {
		leaves[i] = r.m.theirs(l)
	}
	slices.Sort(leaves)
	wantLeaves := d.all(o.leaves)
	slices.Sort(wantLeaves)
	if !slices.Equal(got, want) || !slices.Equal(leaves, wantLeaves) {
		return outcome{why: fmt.Sprintf("enabled %v, want %v; left %v, want %v", got, want, leaves, wantLeaves)}
	}
	return outcome{end: true, steps: r.sameCore(o, d)}
}

func (d *disguise) all(own []string) (list []string) {
	for _, name := range own {
		list = append(list, d.name(name))
	}
	return list
}

// sameCore reports whether the recovered commands make the core log the same.
func (r *report) sameCore(o original, d *disguise) bool {
	got := coreEvents(r.before.Steps)
	var want []event
	for _, e := range o.core {
		e.patch, e.object = d.foreign(e.patch), d.foreign(e.object)
		want = append(want, r.m.translate(e))
	}
	if r.m.alone {
		got = slices.DeleteFunc(got, func(e event) bool { return e.object == holderModule })
	}
	return slices.EqualFunc(want, got, same)
}

func (d *disguise) foreign(own string) string {
	if n := d.names[own]; n != "" {
		return n
	}
	return own
}

// TestVariants makes reports from the log of each shipped case, and counts
// those whose commands are recovered.
func TestVariants(t *testing.T) {
	rng := rand.New(rand.NewPCG(variantsSeed1, variantsSeed2))
	list := originals(t)
	end, steps := 0, 0
	fails := map[string][]string{}
	for i := range variants {
		o := list[i%len(list)]
		d := &disguise{Rand: rng, names: map[string]string{}}
		text := d.report(o)
		out := compare(t.Context(), o, d, text)
		if out.end {
			end++
		}
		if out.steps {
			steps++
		}
		if !out.end || !out.steps && os.Getenv("STEPS") != "" {
			fails[o.c.Name] = append(fails[o.c.Name], out.why)
			if dir := os.Getenv("VARIANTS"); dir != "" {
				_ = os.WriteFile(fmt.Sprintf("%s/%s-%d.txt", dir, o.c.Name, i), []byte(text), 0o600)
			}
		}
	}
	t.Logf("%d reports of %d cases: the same end state %d (%.1f %%), each line of the core %d (%.1f %%)",
		variants, len(list), end, 100*float64(end)/variants, steps, 100*float64(steps)/variants)
	for name, why := range fails {
		t.Logf("%s: %q", name, why)
	}
	if float64(end) < leastSame*variants {
		t.Error("too few")
	}
}
