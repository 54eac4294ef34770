// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	redirect = regexp.MustCompile(`^echo +(?:-n +)?(.*?) *> *(/\S+)$`)

	// failure is what a tool says when a command fails: the last part is
	// strerror's, or kmod's own.
	failure = regexp.MustCompile(`^(?:\S*: )?(?:insmod|rmmod|modprobe|cat|echo|tee|sh|bash|-bash)\b.*: ([^:]+)$`)
	inUse   = regexp.MustCompile(`^rmmod: .*\bModule \S+ is (in use|not currently loaded)`)
)

// toolTexts are what kmod and busybox say in place of strerror; kmod's
// mod_strerror in tools/insmod.c, busybox's moderror in modutils/modutils.c.
var toolTexts = map[string]string{
	"invalid parameters":                             "EINVAL",
	"invalid module format":                          "ENOEXEC",
	"unknown symbol in module":                       "ENOENT",
	"unknown symbol in module, or unknown parameter": "ENOENT",
	"module has wrong symbol version":                "ESRCH",
}

// translate returns the case's commands for one that was typed: none for what
// only looks at the log, sh for what the language does not have.
func translate(typed string) []Command {
	typed = strings.TrimPrefix(strings.TrimSpace(typed), "sudo ")
	fields := strings.Fields(escape(typed))
	if len(fields) == 0 || fields[0] == "dmesg" || fields[0] == "journalctl" {
		return nil
	}
	var list []Command
	for _, text := range respell(fields, escape(typed)) {
		c, err := parseCommand(text)
		if err != nil {
			c = Command{Text: "sh " + strings.Join(fields, " "), Verb: Sh}
			return []Command{c}
		}
		list = append(list, c)
	}
	return list
}

// respell writes a shell's command as the case language does.
func respell(fields []string, typed string) []string {
	args := fields[1:]
	switch verb := fields[0]; {
	case verb == "modprobe" && len(args) > 1 && args[0] == "-r", verb == "rmmod" && len(args) > 0:
		if verb == "modprobe" {
			args = args[1:]
		}
		var list []string
		for _, m := range args {
			list = append(list, "rmmod "+moduleOf(m))
		}
		return list
	case (verb == "insmod" || verb == "modprobe") && len(args) > 0:
		return []string{strings.Join(slices.Concat([]string{"insmod", moduleOf(args[0])}, args[1:]), " ")}
	case verb == "echo":
		if m := redirect.FindStringSubmatch(typed); m != nil && m[1] != "" {
			return []string{"echo " + m[1] + " > " + m[2]}
		}
	}
	return []string{typed}
}

// moduleOf returns the name of the module in a file, as the kernel spells it.
func moduleOf(file string) string {
	name := strings.TrimSuffix(path.Base(file), ".ko")
	return strings.ReplaceAll(name, "-", "_")
}

// errnoOf returns the errno that a tool's message tells of.
func errnoOf(line string) (name string, ok bool) {
	if m := inUse.FindStringSubmatch(line); m != nil {
		return map[string]string{"in use": "EAGAIN", "not currently loaded": "ENOENT"}[m[1]], true
	}
	m := failure.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	text := strings.ToLower(strings.TrimSpace(m[1]))
	if name, ok = toolTexts[text]; !ok {
		name, ok = errnoTexts[text]
	}
	return name, ok
}
