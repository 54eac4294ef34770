// SPDX-License-Identifier: Apache-2.0

package strictyaml

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/nearest"
)

// Setter takes the value of a key.
type Setter[T any] func(to *T, value *yaml.Node) error

// problem is an error in a line.
type problem struct {
	line int
	text string
}

func (p problem) Error() string { return p.text }

// At returns an error about a node. [Parse] puts the file and the line before it.
func At(n *yaml.Node, format string, args ...any) error {
	return problem{n.Line, fmt.Sprintf(format, args...)}
}

// Parse reads a mapping or an empty document. An error is a user error,
// "FILE:LINE: message".
func Parse[T any](file string, data []byte, to *T, keys map[string]Setter[T]) error {
	var document yaml.Node
	err := yaml.Unmarshal(data, &document)
	if err == nil && len(document.Content) > 0 { // else the document is empty
		err = Fill(to, document.Content[0], keys)
	}
	if err == nil {
		return nil
	}
	if p, ok := errors.AsType[problem](err); ok {
		return blame.Userf("%s:%d: %s", file, p.line, p.text)
	}
	return badYAML(file, err)
}

var yamlLine = regexp.MustCompile(`^line (\d+): (.*)`)

// badYAML is the error for a text that is not YAML, as "FILE:LINE: message".
func badYAML(file string, err error) error {
	what := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(what); m != nil {
		return blame.Userf("%s:%s: this is not YAML: %s", file, m[1], m[2])
	}
	return blame.Userf("%s: this is not YAML: %s", file, what)
}

// Fill passes the values of a mapping to the setters of its keys. It follows no
// aliases, so that the work is bounded by the size of the text.
func Fill[T any](to *T, n *yaml.Node, keys map[string]Setter[T]) error {
	known := slices.Sorted(maps.Keys(keys))
	if n.Kind != yaml.MappingNode {
		return At(n, "KEY: VALUE should be here; the keys are %s", strings.Join(known, ", "))
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		set := keys[key.Value]
		switch {
		case set == nil:
			return At(key, "unknown key %q%s; the keys are %s", key.Value, nearest.DidYouMean(key.Value, known), strings.Join(known, ", "))
		case seen[key.Value]:
			return At(key, "a second %s", key.Value)
		}
		seen[key.Value] = true
		if err := set(to, value); err != nil {
			return err
		}
	}
	return nil
}

// Text returns a value of one line.
func Text(n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode || strings.TrimSpace(n.Value) == "" || strings.Contains(strings.TrimSpace(n.Value), "\n") {
		return "", At(n, "one line of text should be here")
	}
	return strings.TrimSpace(n.Value), nil
}

// Number returns a whole number, which must be at least least.
func Number(n *yaml.Node, least int) (int, error) {
	number, err := strconv.Atoi(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil || number < least {
		return 0, At(n, "%q is not a number of at least %d", n.Value, least)
	}
	return number, nil
}

// Truth returns a boolean value.
func Truth(n *yaml.Node) (bool, error) {
	switch {
	case n.Kind == yaml.ScalarNode && n.Value == "true":
		return true, nil
	case n.Kind == yaml.ScalarNode && n.Value == "false":
		return false, nil
	}
	return false, At(n, "true or false should be here")
}

// Texts returns a list of texts; a single text is allowed.
func Texts(n *yaml.Node) (list []string, err error) {
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	for _, item := range items {
		text, err := Text(item)
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, nil
}
