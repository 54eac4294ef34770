// SPDX-License-Identifier: Apache-2.0

package casefile

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/nearest"
)

// grammar describes a verb and its arguments.
type grammar struct {
	verb       machine.Verb
	usage      string
	args       func(rest string) ([]string, error)
	background bool // the verb waits for transitions, so " &" is allowed
}

var grammars = []grammar{
	{machine.Insmod, "insmod NAME [PARAM=VALUE…]", insmodArgs, true},
	{machine.Rmmod, "rmmod NAME", moduleArg, true},
	{machine.Echo, "echo VALUE > PATH", echoArgs, true},
	{machine.Cat, "cat PATH", pathArg, false},
	{machine.Wait, "wait PATCH", moduleArg, false},
	{machine.Hold, "hold old|new", holderArg, false},
	{machine.Release, "release old|new", holderArg, true},
	{machine.Sh, "sh COMMAND", shArg, true},
	{machine.Fail, "fail FUNCTION N", faultArgs, false},
}

var (
	moduleName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,54}$`)
	paramForm  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*=`)
)

// errUsage stands for an error with the verb's usage.
var errUsage = errors.New("usage")

// ParseCommand reads a command of a transcript, without the "% ".
func ParseCommand(text string) (machine.Command, error) {
	body, background := strings.CutSuffix(text, " &")
	verb, rest, _ := strings.Cut(body, " ")
	i := slices.IndexFunc(grammars, func(g grammar) bool { return g.verb == machine.Verb(verb) })
	if i < 0 {
		return machine.Command{}, unknownVerb(verb)
	}
	g := grammars[i]
	args, err := g.args(strings.TrimSpace(rest))
	switch {
	case errors.Is(err, errUsage):
		return machine.Command{}, fmt.Errorf("%q is not of the form: %% %s", text, g.usage)
	case err != nil:
		return machine.Command{}, err
	case background && !g.background:
		return machine.Command{}, fmt.Errorf("%s cannot end in &; insmod, rmmod, echo, release and sh can", verb)
	}
	return machine.Command{Text: text, Verb: g.verb, Args: args, Background: background}, nil
}

func unknownVerb(verb string) error {
	var known []string
	for _, g := range grammars {
		known = append(known, string(g.verb))
	}
	return fmt.Errorf("unknown command %q%s; the commands are %s", verb, nearest.DidYouMean(verb, known), strings.Join(known, ", "))
}

func insmodArgs(rest string) ([]string, error) {
	args := strings.Fields(rest)
	if len(args) == 0 {
		return nil, errUsage
	}
	for _, param := range args[1:] {
		if !paramForm.MatchString(param) {
			return nil, fmt.Errorf("module parameter %q is not of the form PARAM=VALUE", param)
		}
	}
	return args, checkModule(args[0])
}

func moduleArg(rest string) ([]string, error) {
	args := strings.Fields(rest)
	if len(args) != 1 {
		return nil, errUsage
	}
	return args, checkModule(args[0])
}

func checkModule(name string) error {
	if !moduleName.MatchString(name) {
		return fmt.Errorf("%q is not a module's name: letters, digits and _, without path and .ko", name)
	}
	return nil
}

// echoArgs takes everything before the last " > " as the value, and removes the
// quotes around it. Nothing is expanded.
func echoArgs(rest string) ([]string, error) {
	i := strings.LastIndex(rest, " > ")
	if i < 0 {
		return nil, errUsage
	}
	value, path := unquote(strings.TrimSpace(rest[:i])), strings.TrimSpace(rest[i+len(" > "):])
	if rest[:i] == "" {
		return nil, errUsage
	}
	return []string{value, path}, checkPath(path)
}

func unquote(s string) string {
	if n := len(s); n >= 2 && (s[0] == '\'' || s[0] == '"') && s[n-1] == s[0] {
		return s[1 : n-1]
	}
	return s
}

func pathArg(rest string) ([]string, error) { return []string{rest}, checkPath(rest) }

func checkPath(path string) error {
	switch {
	case path == "" || strings.ContainsAny(path, " \t"):
		return errUsage
	case path[0] != '/':
		return fmt.Errorf("%q is not an absolute path", path)
	}
	return nil
}

func holderArg(rest string) ([]string, error) {
	if rest != "old" && rest != "new" {
		return nil, errUsage
	}
	return []string{rest}, nil
}

func shArg(rest string) ([]string, error) {
	if rest == "" {
		return nil, errUsage
	}
	return []string{rest}, nil
}
