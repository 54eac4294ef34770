// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"slices"
	"strings"

	"github.com/klptest/klptest/cases/machine"
)

// op is the action of a command, as far as a case can do it.
type op string

const (
	opLoad   op = "insmod"
	opUnload op = "rmmod"
	opWrite  op = "echo"
	opCat    op = "cat"
	opSh     op = "sh"
	opOwn    op = "own" // a command of the case language that no shell has
	opLeft   op = "left out"
)

// action is a command that was typed, or that the log implies.
type action struct {
	op         op
	module     string // of load and unload; the livepatch of a file in sysfs
	params     []string
	path       string // of write and cat
	value      string
	text       string // as typed
	background bool
	loop       bool   // it is in a loop
	why        string // it is left out
}

var (
	wrapperWord = regexp.MustCompile(`^(?:sudo|doas|time|command|exec|nohup|env|then|do|if|elif|else|while|until|!|\(|\{)$|^timeout$|^[A-Z_]+=\S*$`)
	klpFile     = regexp.MustCompile(`(?:^|/)([\w$-]+)/(enabled|force|transition|replace|stack_order)$`)
	paramFile   = regexp.MustCompile(`^/sys/module/([\w-]+)/parameters/(\w+)$`)
	assignWord  = regexp.MustCompile(`^[A-Za-z_][\w.]*=`)

	// looking matches commands that change nothing relevant to a case.
	looking = regexp.MustCompile(`^(?:dmesg|journalctl|uname|klp|kgr|ls|lsmod|ps|head|tail|grep|egrep|date|whoami|id|wc|modinfo|nm|objdump|readelf|file|pwd|cd|make|gcc|clang|git|vim?|nano|less|more|ssh|scp|cp|mv|rm|mkdir|kpatch-build|yum|apt|apt-get|dnf|rpm|dpkg|uptime|free|top|sleep|wait|true|exit|set|clear|history|which|test|\[|:|read|seq|done|fi|for|gdb|crash|tree|find|diff|depmod|sync|mount|export|source|\.)$`)
)

// onlyLooks is why a command has no part in a case.
const onlyLooks = "it only looks, or prepares"

const ftraceFile = "/proc/sys/kernel/ftrace_enabled"

// actions returns the actions of a typed line, in order.
func actions(typed string) []action {
	var list []action
	depth := 0
	for _, part := range splitShell(typed) {
		depth += loopsOpened(part.text)
		for _, a := range oneAction(part) {
			a.loop = a.loop || depth > 0
			list = append(list, a)
		}
	}
	return list
}

// loopsOpened returns by how many loops a command is deeper than the one before.
func loopsOpened(text string) int {
	for _, word := range strings.Fields(text) {
		switch word {
		case "do", "then", "else", "{", "(":
		case "for", "while", "until":
			return 1
		case "done":
			return -1
		default:
			return 0
		}
	}
	return 0
}

func oneAction(p part) []action {
	list := words(p.text)
	for len(list) > 0 && wrapperWord.MatchString(list[0]) {
		isTimeout := list[0] == "timeout"
		list = list[1:]
		for len(list) > 0 && strings.HasPrefix(list[0], "-") || isTimeout && len(list) > 0 {
			list, isTimeout = list[1:], false
		}
	}
	left := func(why string) []action { return []action{{op: opLeft, text: p.text, why: why}} }
	if len(list) == 0 {
		return left("it does nothing")
	}
	verb, args := list[0], list[1:]
	verb = verb[strings.LastIndexByte(verb, '/')+1:]
	switch {
	case (verb == "sh" || verb == "bash" || verb == "su") && len(args) > 1:
		for i, a := range args[:len(args)-1] {
			if a == "-c" || a == "-ec" || a == "-xc" {
				return actions(args[i+1])
			}
		}
	case verb == "insmod" || verb == "modprobe" || verb == "rmmod":
		return moduleActions(verb, args, p)
	case verb == "echo" || verb == "printf":
		return echoAction(args, p)
	case verb == "cat" && len(args) == 1:
		return []action{fileAction(opCat, args[0], "", p)}
	case verb == "sysctl":
		return sysctlAction(args, p)
	case isOwn(verb, args):
		return []action{{op: opOwn, text: verb + " " + strings.Join(args, " "), background: p.background && verb == "release"}}
	case verb == "kpatch" && len(args) > 0:
		return kpatchActions(args, p)
	}
	if looking.MatchString(verb) || verb == "cat" || verb == "tee" {
		return left(onlyLooks)
	}
	return left("a case has no such command")
}

// isOwn reports whether a command exists only in the case language.
func isOwn(verb string, args []string) bool {
	switch machine.Verb(verb) {
	case machine.Hold, machine.Release:
		return len(args) == 1 && (args[0] == "old" || args[0] == "new")
	case machine.Wait:
		return len(args) == 1 && moduleName.MatchString(args[0])
	case machine.Fail:
		return len(args) == 2 && slices.Contains(machine.Faults, args[0])
	}
	return false
}

func moduleActions(verb string, args []string, p part) []action {
	remove := verb == "rmmod"
	var names, params []string
	for _, a := range args {
		switch {
		case a == ">" || a == "|" || strings.HasPrefix(a, "2>"):
			return moduleList(remove, names, params, p)
		case verb == "modprobe" && (a == "-r" || a == "--remove"):
			remove = true
		case strings.HasPrefix(a, "-"):
		case assignWord.MatchString(a) && len(names) > 0:
			params = append(params, strings.ReplaceAll(a, " ", ""))
		default:
			names = append(names, moduleOf(a))
		}
	}
	return moduleList(remove, names, params, p)
}

var moduleName = regexp.MustCompile(`^[A-Za-z]\w{0,54}$`)

func moduleList(remove bool, names, params []string, p part) []action {
	var list []action
	for _, name := range names {
		a := action{op: opLoad, module: name, params: params, text: p.text, background: p.background}
		if !moduleName.MatchString(name) {
			a = action{op: opLeft, text: p.text, why: "it names no module"}
		} else if remove {
			a.op, a.params = opUnload, nil
		}
		list = append(list, a)
		if !remove {
			break // parameters follow a module's name
		}
	}
	return list
}

// echoAction returns the action of `echo VALUE > PATH`, or of a pipe to tee.
func echoAction(args []string, p part) []action {
	var value []string
	for i, a := range args {
		switch {
		case a == ">" && i+1 < len(args):
			return []action{fileAction(opWrite, args[i+1], strings.Join(value, " "), p)}
		case a == "|":
			rest := args[i+1:]
			for len(rest) > 0 && rest[0] != "tee" {
				rest = rest[1:]
			}
			for _, path := range rest {
				if strings.Contains(path, "/") {
					return []action{fileAction(opWrite, path, strings.Join(value, " "), p)}
				}
			}
		case a == "-n" || a == "-e":
		default:
			value = append(value, strings.TrimSuffix(a, `\n`))
		}
	}
	return []action{{op: opLeft, text: p.text, why: "it writes to no file"}}
}

// fileAction returns an action on a file: a livepatch's in sysfs, a module's
// parameter, or any other.
func fileAction(o op, path, value string, p part) action {
	a := action{op: o, path: path, value: value, text: p.text, background: p.background}
	switch m := klpFile.FindStringSubmatch(path); {
	case m != nil && (strings.Contains(path, "livepatch/") || m[2] == "enabled" || m[2] == "force"):
		a.module = strings.ReplaceAll(strings.ToLower(strings.Trim(m[1], "${}")), "-", "_")
		a.path = "/sys/kernel/livepatch/" + a.module + "/" + m[2]
	case strings.HasPrefix(path, "/sys/kernel/livepatch/") && !strings.ContainsAny(path, "*?["):
		a.module, _, _ = strings.Cut(strings.TrimPrefix(path, "/sys/kernel/livepatch/"), "/")
	case paramFile.MatchString(path):
		a.module = strings.ReplaceAll(paramFile.FindStringSubmatch(path)[1], "-", "_")
	case path == ftraceFile:
	default:
		a.op, a.why = opLeft, "the file is not livepatch's"
	}
	if a.op != opLeft && a.module == "" && strings.HasPrefix(path, "/sys/kernel/livepatch") || strings.ContainsAny(a.path, " *?$'\"") {
		a.op, a.why = opLeft, "it names no livepatch"
	}
	return a
}

func sysctlAction(args []string, p part) []action {
	text := strings.ReplaceAll(strings.Join(args, ""), "-w", "")
	if value, ok := strings.CutPrefix(text, "kernel.ftrace_enabled="); ok && value != "" {
		return []action{{op: opWrite, path: ftraceFile, value: value, text: p.text}}
	}
	return []action{{op: opLeft, text: p.text, why: "a case has no such setting"}}
}

// kpatchActions returns the actions of the script kpatch.
func kpatchActions(args []string, p part) []action {
	var list []action
	for _, a := range args[1:] {
		switch name := moduleOf(a); {
		case strings.HasPrefix(a, "-") || !moduleName.MatchString(name):
		case args[0] == "load":
			list = append(list, action{op: opLoad, module: name, text: p.text})
		case args[0] == "unload":
			list = append(list, action{op: opWrite, module: name, path: enabledOf(name), value: "0", text: p.text}, action{op: opUnload, module: name, text: p.text})
		case args[0] == "force":
			list = append(list, action{op: opWrite, module: name, path: "/sys/kernel/livepatch/" + name + "/force", value: "1", text: p.text})
		}
	}
	if list == nil {
		return []action{{op: opLeft, text: p.text, why: "its output shows what it does"}}
	}
	return list
}

func enabledOf(patch string) string { return "/sys/kernel/livepatch/" + patch + "/enabled" }
