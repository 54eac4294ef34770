// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
	"github.com/klptest/klptest/internal/model"
)

// release is the kernel for which the expected lines are predicted.
const release = "6.12"

// maxCleanup bounds the commands added to leave nothing behind.
const maxCleanup = 40

const cleansUp = "for the case to leave nothing behind:"

// draft is a case in the making.
type draft struct {
	m         *mapping
	commands  []command
	predicted model.Prediction
	before    model.Prediction // without the cleanup
	until     string           // the kernel for which they no longer hold; may be empty
	failed    error            // why nothing is predicted
	stuck     map[string]bool  // modules that stay for ever
}

// predict runs the commands on the model. If the transitions cannot be held as
// the report shows, they are not held.
func predict(ctx context.Context, m *mapping) draft {
	var first error
	for _, holds := range []bool{true, false} {
		d := draft{m: m, commands: m.plan(holds)}
		d.params()
		if d.failed = d.run(ctx); d.failed == nil {
			d.before = d.predicted
			d.cleanup(ctx)
		}
		if d.failed == nil {
			d.until = d.changes(ctx)
			return d
		}
		if first == nil {
			first = d.failed
		}
		if ctx.Err() != nil {
			break
		}
	}
	d := draft{m: m, commands: m.plan(true)}
	d.params()
	d.failed = first
	return d
}

// params writes the probes' parameters, which the plan has settled.
func (d *draft) params() {
	for i := range d.commands {
		c := &d.commands[i]
		p := d.m.params[c.step]
		if c.step == nil || p == nil || c.step.op != opLoad || c.text == "" {
			continue
		}
		text, background := strings.CutSuffix(c.text, " &")
		if p.typed != nil {
			text += " " + strings.Join(p.typed, " ")
		} else if more := p.text(d.m); more != "" && !ownLoglvl.MatchString(c.step.module) {
			text += " " + more
		}
		c.text = strings.TrimSpace(text)
		if background {
			c.text += " &"
		}
	}
}

func (d *draft) run(ctx context.Context) error {
	c, err := d.parse(d.commands)
	if err != nil {
		return err
	}
	d.predicted, err = model.Foresee(ctx, release, c)
	return err
}

// changes returns the first later kernel that answers differently, if any.
func (d *draft) changes(ctx context.Context) string {
	c, err := d.parse(d.commands)
	if err != nil {
		return ""
	}
	return model.Until(ctx, release, c)
}

func (d *draft) parse(list []command) (*casefile.Case, error) {
	var b bytes.Buffer
	b.WriteString("A draft.\n\n-- transcript --\n")
	for _, c := range list {
		if c.text != "" {
			b.WriteString("% " + klog.Escape(c.text) + "\n")
		}
	}
	return casefile.Parse("draft.txtar", b.Bytes())
}

// cleanup adds commands that remove everything: a case that leaves modules
// fails.
func (d *draft) cleanup(ctx context.Context) {
	note := cleansUp
	if d.ftraceOff() {
		d.commands = append(d.commands, command{text: "echo 1 > " + ftraceFile, real: "echo 1 > " + ftraceFile, note: note})
		note = ""
	}
	d.stuck = map[string]bool{}
	for range maxCleanup {
		add, module := d.leftover()
		if module == "" {
			return
		}
		add.note, note = note, ""
		d.commands = append(d.commands, add)
		if d.failed = d.run(ctx); d.failed != nil {
			return
		}
		if n := len(d.predicted.Steps); n > 0 && slices.Contains(d.predicted.Steps[n-1], "! EAGAIN") {
			d.commands[len(d.commands)-1].note = "a livepatch that was forced stays for ever:"
			d.stuck[module] = true
		}
	}
}

func (d *draft) ftraceOff() bool {
	off := false
	k := 0
	for _, c := range d.commands {
		if c.text == "" {
			continue
		}
		if value, ok := strings.CutSuffix(c.text, " > "+ftraceFile); ok && k < len(d.predicted.Steps) {
			if !slices.ContainsFunc(d.predicted.Steps[k], func(line string) bool { return strings.HasPrefix(line, "! ") }) {
				off = value == "echo 0"
			}
		}
		k++
	}
	return off
}

// leftover returns a command that removes one of the remaining modules, and the
// module's name; empty if none remains.
func (d *draft) leftover() (c command, module string) {
	if n := len(d.predicted.Enabled); n > 0 {
		name := d.predicted.Enabled[n-1]
		c.text, c.real = "echo 0 > "+enabledOf(name), "echo 0 > "+enabledOf(d.m.theirs(name))
		return c, name
	}
	left := slices.DeleteFunc(slices.Clone(d.predicted.Leaves), func(name string) bool { return d.stuck[name] })
	slices.SortStableFunc(left, func(a, b string) int { return targetsLast(a) - targetsLast(b) })
	if len(left) == 0 {
		return c, ""
	}
	c.text, c.real = "rmmod "+left[0], "rmmod "+d.m.theirs(left[0])
	if d.m.alone && left[0] == holderModule {
		c.real = ""
	}
	return c, left[0]
}

func targetsLast(module string) int {
	if module == holderModule || module == otherModule {
		return 1
	}
	return 0
}
