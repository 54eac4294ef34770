// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/nearest"
)

// maxLeaves is more modules than any case needs to leave.
const maxLeaves = 32

// headerLine is a line of the prose that looks like a header.
var headerLine = regexp.MustCompile(`^([A-Z][A-Za-z-]*):(?: (.*))?$`)

// misspelt is a line of the prose that may have been meant as a header: its blanks or
// the case of its letters may be wrong.
var misspelt = regexp.MustCompile(`^([A-Za-z]+)[\s\p{Z}]*:[\s\p{Z}]*[^\s\p{Z}]`)

// headers has a setter for each key. See repeatable.
var headers = map[string]func(c *Case, value string) error{
	"Covers":  func(c *Case, v string) error { c.Covers = append(c.Covers, v); return nil },
	"Needs":   (*Case).setNeeds,
	"CPUs":    func(c *Case, v string) (err error) { c.CPUs, err = number(v, 1, 64); return err },
	"Memory":  func(c *Case, v string) (err error) { c.Memory, err = number(v, 128, 65536); return err },
	"Timeout": (*Case).setTimeout,
	"Taints":  func(c *Case, v string) (err error) { c.Taints, err = machine.ParseTaints(listItems(v)); return err },
	"Leaves":  (*Case).setLeaves,
	"Symptom": (*Case).setSymptom,
	"Ignores": (*Case).setIgnores,
	"Holds":   (*Case).setHolds,
	"Fails":   (*Case).setFails,
	"Repeat":  func(c *Case, v string) (err error) { c.Repeat, err = number(v, 1, 10000); return err },
}

var repeatable = map[string]bool{"Covers": true, "Needs": true, "Ignores": true, "Fails": true}

// header reads the comment of the archive: title, prose, headers.
func (p *problems) header(c *Case, s section) {
	p.checkMarkers(s)
	if len(s.data) == 0 {
		p.add(1, "the first line is the title")
	}
	var prose []string
	seen := map[string]bool{}
	s.lines(func(n int, line string) {
		key, value, ok := splitHeader(line)
		switch {
		case n == 1:
			c.Title = p.title(line)
		case ok:
			p.set(c, n, key, value, seen[key])
			seen[key] = true
		case meant(line) != "":
			p.add(n, "this looks like the header %[1]s, which is written %[1]s: VALUE; a blank before a line makes it prose", meant(line))
		case line != "" || len(prose) > 0 && prose[len(prose)-1] != "": // headers leave no gap
			prose = append(prose, line)
		}
	})
	c.Prose = strings.TrimSpace(strings.Join(prose, "\n"))
}

// HeaderNames returns the names of all headers.
func HeaderNames() []string { return slices.Sorted(maps.Keys(headers)) }

// Header returns the values of a header as the file has them, one for each line.
func (c *Case) Header(name string) (values []string) {
	comment, _, _ := strings.Cut(c.Text, "\n-- ")
	for line := range strings.SplitSeq(comment, "\n") {
		if key, value, ok := splitHeader(line); ok && key == name {
			values = append(values, value)
		}
	}
	return values
}

func (p *problems) set(c *Case, n int, key, value string, again bool) {
	if again && !repeatable[key] {
		p.add(n, "a second %s", key)
	}
	if err := setHeader(c, key, value); err != nil {
		p.add(n, "%v", err)
	}
}

// title refuses a header, even one with wrong blanks. In lower case it may be a title,
// such as "memory: a leak".
func (p *problems) title(line string) string {
	key, _, _ := splitHeader(line)
	if like := meant(line); like != "" && strings.HasPrefix(line, like) {
		key = like
	}
	if strings.TrimSpace(line) == "" || headers[key] != nil {
		p.add(1, "the first line is the title")
	}
	return strings.TrimSpace(line)
}

// meant returns the header that a misspelt line was most likely meant to be; empty for
// prose. As prose, it would be lost without a word.
func meant(line string) string {
	if m := misspelt.FindStringSubmatch(line); m != nil {
		for key := range headers {
			if strings.EqualFold(key, m[1]) {
				return key
			}
		}
	}
	return ""
}

// splitHeader tells a header from prose. A line that ends in a colon is a
// header only when its key is known.
func splitHeader(line string) (key, value string, ok bool) {
	m := headerLine.FindStringSubmatch(line)
	if m == nil || !strings.Contains(line, ": ") && headers[m[1]] == nil {
		return "", "", false
	}
	return m[1], strings.TrimSpace(m[2]), true
}

func setHeader(c *Case, key, value string) error {
	set := headers[key]
	if set == nil {
		known := HeaderNames()
		return fmt.Errorf("unknown header %q%s; the headers are %s", key, nearest.DidYouMean(key, known), strings.Join(known, ", "))
	}
	if value == "" {
		return fmt.Errorf("%s has no value", key)
	}
	if err := set(c, value); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func (c *Case) setNeeds(value string) error {
	list, err := parseConditions(value)
	c.Needs = append(c.Needs, list...)
	return err
}

func (c *Case) setTimeout(value string) error {
	d, err := time.ParseDuration(value)
	if err != nil || d < time.Second || d > time.Hour {
		return fmt.Errorf("%q is not a time between 1s and 1h, such as 90s or 10m", value)
	}
	c.Timeout = d
	return nil
}

func (c *Case) setLeaves(value string) error {
	for _, name := range listItems(value) {
		if err := checkModule(name); err != nil {
			return err
		}
		c.Leaves = append(c.Leaves, name)
	}
	if len(c.Leaves) > maxLeaves {
		return fmt.Errorf("more than %d modules", maxLeaves)
	}
	return nil
}

func number(s string, low, high int) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("%q is not a number from %d to %d", s, low, high)
	}
	return n, nil
}

// listItems splits at commas and blanks.
func listItems(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' })
}
