// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	scriptName = "transcript"
	maxSources = 32 // MaxFile bounds their size
)

// sourceName matches the permitted names of C files: the build refuses others,
// because make would expand them.
var sourceName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,50}\.[ch]$`)

// Parse reads a case file. The error blames the user, and has a line
// "file:line: message" for each problem.
func Parse(name string, data []byte) (*Case, error) {
	p := &problems{file: name}
	c := &Case{Name: strings.TrimSuffix(filepath.Base(name), ".txtar"), File: name, Text: string(data)}
	if sections := p.sections(data); sections != nil {
		p.header(c, sections[0])
		p.files(c, sections)
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	return c, nil
}

func (p *problems) files(c *Case, sections []section) {
	seen := map[string]bool{}
	for _, s := range sections[1:] {
		switch {
		case seen[s.name]:
			p.add(s.line-1, "a second section %q", s.name)
		case s.name == scriptName:
			c.Steps = p.transcript(s)
		default:
			p.source(c, s)
		}
		seen[s.name] = true
	}
	if !seen[scriptName] {
		p.add(1, "there is no transcript: a case needs a section -- %s --", scriptName)
	}
}

func (p *problems) source(c *Case, s section) {
	marker := s.line - 1
	switch {
	case strings.ContainsAny(s.name, `/\`):
		p.add(marker, "%q: a file name has no path", s.name)
	case strings.HasSuffix(s.name, ".mod.c"):
		p.add(marker, "%q: the build makes files of this name", s.name)
	case !sourceName.MatchString(s.name):
		p.add(marker, "%q: a section is the %s, or C source named [a-z][a-z0-9_]*.c or .h (at most 53 characters)", s.name, scriptName)
	case len(c.Sources) == maxSources:
		p.add(marker, "more than %d source files", maxSources)
	}
	c.Sources = append(c.Sources, Source{Name: s.name, Data: bytes.Clone(s.data), Line: s.line})
}
