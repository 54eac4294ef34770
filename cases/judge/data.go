// SPDX-License-Identifier: Apache-2.0

package judge

import (
	"fmt"
	"regexp"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/cases/klog"
)

// dataLine matches a probe's line about state->data: module, action, data.
var dataLine = regexp.MustCompile(`^(\w+): (alloc|free|take) ((\w+)/\d+/\d+)$`)

// datum is the history of one name of data.
type datum struct {
	live  bool
	owner string // the module that would have to free it
}

// dataFaults checks that all allocated data was freed exactly once, by any
// module. Data of a module that stays may stay as well. A name may be used
// again after it was freed, when its module is loaded again.
func dataFaults(c *casefile.Case, log []klog.Entry, ended bool) []string {
	var faults, names []string
	seen := map[string]*datum{}
	for _, e := range log {
		m := dataLine.FindStringSubmatch(e.Text)
		if m == nil || e.Marker {
			continue
		}
		who, name := m[1], m[3]
		d := seen[name]
		if d == nil {
			d = &datum{}
			seen[name] = d
			names = append(names, name)
		}
		if fault := d.change(m[2], who); fault != "" {
			faults = append(faults, name+" "+fault)
		}
	}
	for _, name := range names {
		if d := seen[name]; ended && d.live && !c.Keeps(d.owner) {
			faults = append(faults, fmt.Sprintf("%s never freed; %s had it last", name, d.owner))
		}
	}
	return faults
}

// change applies a module's action to the data, and says what is wrong with it.
func (d *datum) change(verb, who string) (fault string) {
	was := *d
	switch verb {
	case "alloc":
		d.live, d.owner = true, who
		if was.live {
			return "allocated twice"
		}
		return ""
	case "take":
		d.owner = who
	case "free":
		d.live, d.owner = false, who
	}
	switch {
	case was.live:
		return ""
	case was.owner == "":
		d.owner = who
		return fmt.Sprintf("never allocated, but %s by %s", map[string]string{"take": "taken", "free": "freed"}[verb], who)
	case verb == "free":
		return fmt.Sprintf("freed twice, by %s and %s", was.owner, who)
	}
	return fmt.Sprintf("taken by %s after %s freed it", who, was.owner)
}
