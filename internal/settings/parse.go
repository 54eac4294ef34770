// SPDX-License-Identifier: Apache-2.0

package settings

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/nearest"
)

// setter takes the value of a key.
type setter[T any] func(to *T, value *yaml.Node) error

var settingsKeys = map[string]setter[Settings]{
	"kernel":            func(s *Settings, v *yaml.Node) (err error) { s.Kernel, err = text(v); return err },
	"jobs":              setJobs,
	"expected-failures": setExpected,
}

var expectedKeys = map[string]setter[Expected]{
	"case":   setCase,
	"when":   setWhen,
	"reason": func(e *Expected, v *yaml.Node) (err error) { e.Reason, err = text(v); return err },
}

// problem is something wrong with a line.
type problem struct {
	line int
	text string
}

func (p problem) Error() string { return p.text }

func at(n *yaml.Node, format string, args ...any) error {
	return problem{n.Line, fmt.Sprintf(format, args...)}
}

// parse reads the settings of a file. An error is "FILE:LINE: message".
func parse(file string, data []byte) (Settings, error) {
	var s Settings
	var document yaml.Node
	err := yaml.Unmarshal(data, &document)
	if err == nil && len(document.Content) > 0 { // else it is empty
		err = fill(&s, document.Content[0], settingsKeys)
	}
	if err == nil {
		return s, nil
	}
	if p, ok := errors.AsType[problem](err); ok {
		return s, blame.Userf("%s:%d: %s", file, p.line, p.text)
	}
	return s, badYAML(file, err)
}

var yamlLine = regexp.MustCompile(`^line (\d+): (.*)`)

// badYAML is the error of a text that is not YAML, with the line in its place.
func badYAML(file string, err error) error {
	what := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(what); m != nil {
		return blame.Userf("%s:%s: this is not YAML: %s", file, m[1], m[2])
	}
	return blame.Userf("%s: this is not YAML: %s", file, what)
}

// fill hands the values of a mapping to the setters of its keys. It follows no
// aliases, so that the text bounds the work.
func fill[T any](to *T, n *yaml.Node, keys map[string]setter[T]) error {
	known := slices.Sorted(maps.Keys(keys))
	if n.Kind != yaml.MappingNode {
		return at(n, "KEY: VALUE should be here; the keys are %s", strings.Join(known, ", "))
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		set := keys[key.Value]
		switch {
		case set == nil:
			return at(key, "unknown key %q%s; the keys are %s", key.Value, nearest.DidYouMean(key.Value, known), strings.Join(known, ", "))
		case seen[key.Value]:
			return at(key, "a second %s", key.Value)
		}
		seen[key.Value] = true
		if err := set(to, value); err != nil {
			return err
		}
	}
	return nil
}

// text is a value of one line.
func text(n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode || strings.TrimSpace(n.Value) == "" || strings.Contains(strings.TrimSpace(n.Value), "\n") {
		return "", at(n, "one line of text should be here")
	}
	return strings.TrimSpace(n.Value), nil
}

func setJobs(s *Settings, n *yaml.Node) error {
	jobs, err := strconv.Atoi(n.Value)
	if err != nil || jobs < 1 {
		return at(n, "jobs: %q is not a number of at least 1", n.Value)
	}
	s.Jobs = jobs
	return nil
}

func setExpected(s *Settings, n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return at(n, "expected-failures is a list: - case: PATTERN")
	}
	for _, item := range n.Content {
		var e Expected
		if err := fill(&e, item, expectedKeys); err != nil {
			return err
		}
		if e.Case == "" || e.Reason == "" {
			return at(item, "an expected failure has a case and a reason")
		}
		s.Expected = append(s.Expected, e)
	}
	return nil
}

func setCase(e *Expected, n *yaml.Node) error {
	pattern, err := text(n)
	if err != nil {
		return err
	}
	if _, err := path.Match(pattern, ""); err != nil {
		return at(n, "%q is not a pattern: %v", pattern, err)
	}
	e.Case = pattern
	return nil
}

func setWhen(e *Expected, n *yaml.Node) error {
	conditions, err := text(n)
	if err == nil {
		if e.When, err = casefile.ParseKernels(conditions); err != nil {
			err = at(n, "when: %v", err)
		}
	}
	return err
}
