// SPDX-License-Identifier: Apache-2.0

package settings

import (
	"path"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/strictyaml"
)

var settingsKeys = map[string]strictyaml.Setter[Settings]{
	"kernel":            func(s *Settings, v *yaml.Node) (err error) { s.Kernel, err = strictyaml.Text(v); return err },
	"jobs":              setJobs,
	"expected-failures": setExpected,
}

var expectedKeys = map[string]strictyaml.Setter[Expected]{
	"case":   setCase,
	"when":   setWhen,
	"reason": func(e *Expected, v *yaml.Node) (err error) { e.Reason, err = strictyaml.Text(v); return err },
}

// parse reads the settings of a file. An error has the form "FILE:LINE: message".
func parse(file string, data []byte) (Settings, error) {
	var s Settings
	err := strictyaml.Parse(file, data, &s, settingsKeys)
	return s, err
}

func setJobs(s *Settings, n *yaml.Node) error {
	jobs, err := strconv.Atoi(n.Value)
	if err != nil || jobs < 1 {
		return strictyaml.At(n, "jobs: %q is not a number of at least 1", n.Value)
	}
	s.Jobs = jobs
	return nil
}

func setExpected(s *Settings, n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return strictyaml.At(n, "expected-failures is a list: - case: PATTERN")
	}
	for _, item := range n.Content {
		var e Expected
		if err := strictyaml.Fill(&e, item, expectedKeys); err != nil {
			return err
		}
		if e.Case == "" || e.Reason == "" {
			return strictyaml.At(item, "an expected failure has a case and a reason")
		}
		s.Expected = append(s.Expected, e)
	}
	return nil
}

func setCase(e *Expected, n *yaml.Node) error {
	pattern, err := strictyaml.Text(n)
	if err != nil {
		return err
	}
	if _, err := path.Match(pattern, ""); err != nil {
		return strictyaml.At(n, "%q is not a pattern: %v", pattern, err)
	}
	e.Case = pattern
	return nil
}

func setWhen(e *Expected, n *yaml.Node) error {
	conditions, err := strictyaml.Text(n)
	if err == nil {
		if e.When, err = casefile.ParseKernels(conditions); err != nil {
			err = strictyaml.At(n, "when: %v", err)
		}
	}
	return err
}
