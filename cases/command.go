// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// grammar is what follows a verb.
type grammar struct {
	verb       Verb
	usage      string
	args       func(rest string) ([]string, error)
	background bool // it waits for transitions, so that " &" says something
}

var grammars = []grammar{
	{Insmod, "insmod NAME [PARAM=VALUE…]", insmodArgs, true},
	{Rmmod, "rmmod NAME", moduleArg, true},
	{Echo, "echo VALUE > PATH", echoArgs, true},
	{Cat, "cat PATH", pathArg, false},
	{Wait, "wait PATCH", moduleArg, false},
	{Hold, "hold old|new", holderArg, false},
	{Release, "release old|new", holderArg, true},
	{Sh, "sh COMMAND", shArg, true},
}

var (
	moduleName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,54}$`)
	paramForm  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*=`)
)

// shellLoad is a module's file in a command of a shell, whose working directory
// has the case's modules.
var shellLoad = regexp.MustCompile(`\binsmod (?:\./)?([A-Za-z][A-Za-z0-9_]{0,54})\.ko\b`)

// modules are those that a command loads.
func (c Command) modules() (names []string) {
	switch c.Verb {
	case Insmod:
		return c.Args[:1]
	case Sh:
		for _, m := range shellLoad.FindAllStringSubmatch(c.Text, -1) {
			names = append(names, m[1])
		}
	}
	return names
}

// errUsage is replaced by the verb's usage.
var errUsage = errors.New("usage")

// parseCommand reads a command, without the "% ".
func parseCommand(text string) (Command, error) {
	body, background := strings.CutSuffix(text, " &")
	verb, rest, _ := strings.Cut(body, " ")
	i := slices.IndexFunc(grammars, func(g grammar) bool { return g.verb == Verb(verb) })
	if i < 0 {
		return Command{}, unknownVerb(verb)
	}
	g := grammars[i]
	args, err := g.args(strings.TrimSpace(rest))
	switch {
	case errors.Is(err, errUsage):
		return Command{}, fmt.Errorf("%q is not of the form: %% %s", text, g.usage)
	case err != nil:
		return Command{}, err
	case background && !g.background:
		return Command{}, fmt.Errorf("%s cannot have a &; insmod, rmmod, echo, release and sh can", verb)
	}
	return Command{Text: text, Verb: g.verb, Args: args, Background: background}, nil
}

func unknownVerb(verb string) error {
	var known []string
	for _, g := range grammars {
		known = append(known, string(g.verb))
	}
	return fmt.Errorf("unknown command %q%s; the commands are %s", verb, didYouMean(verb, known), strings.Join(known, ", "))
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

// echoArgs takes everything before the last " > " as the value, without the
// pair of quotes around it, if there is one. Nothing is expanded.
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
