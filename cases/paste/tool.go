// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"path"
	"regexp"
	"strings"

	"github.com/klptest/klptest/cases/klog"
)

var (
	// failed matches a tool's message about a failed command: its last part is
	// strerror's, or kmod's own.
	failed = regexp.MustCompile(`^(?:\S*: )?(?:insmod|rmmod|modprobe|cat|echo|tee|sh|bash|-bash|zsh|sysctl|write)\b.*: ([^:]+)$`)
	inUse  = regexp.MustCompile(`^(?:rmmod|modprobe): .*\bModule \S+ is (in use|not currently loaded)`)
)

// toolTexts are the messages of kmod and busybox in place of strerror's:
// mod_strerror in kmod's tools/insmod.c, moderror in busybox's
// modutils/modutils.c.
var toolTexts = map[string]string{
	"invalid parameters":                             "EINVAL",
	"invalid module format":                          "ENOEXEC",
	"unknown symbol in module":                       "ENOENT",
	"unknown symbol in module, or unknown parameter": "ENOENT",
	"module has wrong symbol version":                "ESRCH",
	"key was rejected by service":                    "EKEYREJECTED",
}

// failureOf returns the errno of a tool's message.
func failureOf(text string) (errno string, ok bool) {
	if m := inUse.FindStringSubmatch(text); m != nil {
		return map[string]string{"in use": "EAGAIN", "not currently loaded": "ENOENT"}[m[1]], true
	}
	m := failed.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	if errno, ok = toolTexts[strings.ToLower(strings.TrimSpace(m[1]))]; ok {
		return errno, true
	}
	return klog.ErrnoOf(m[1])
}

// toolForms are the messages of the script kpatch, each with the command that
// it means; see kpatch/kpatch of the project kpatch.
var toolForms = []struct {
	re  *regexp.Regexp
	say func(module string) string // the shell's command; nil: nothing is done
}{
	{regexp.MustCompile(`^loading patch module: (\S+)$`), func(m string) string { return "insmod " + m }},
	{regexp.MustCompile(`^disabling patch module: (\S+)$`), func(m string) string { return "echo 0 > /sys/kernel/livepatch/" + moduleOf(m) + "/enabled" }},
	{regexp.MustCompile(`^unloading patch module: (\S+)$`), func(m string) string { return "rmmod " + m }},
	{regexp.MustCompile(`^(?:waiting \(up to|transition complete|patch transition has stalled|module \S+ did not complete|signaling|kpatch: |installing |unable to|patch module already)`), nil},
}

// toolCommand returns the command that a line of a tool's output reports.
func toolCommand(text string) (typed string, ok bool) {
	for _, f := range toolForms {
		m := f.re.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		if f.say != nil {
			typed = f.say(m[1])
		}
		return typed, true
	}
	return "", false
}

// stalled matches kpatch's message about a transition that does not end.
var stalled = regexp.MustCompile(`^patch transition has stalled|transition stalled|did not complete its transition`)

// moduleOf returns the name of a file's module, as the kernel spells it.
func moduleOf(file string) string {
	name := path.Base(strings.Trim(file, `'"`))
	for _, ending := range []string{".xz", ".gz", ".zst", ".ko"} {
		name = strings.TrimSuffix(name, ending)
	}
	return strings.ReplaceAll(name, "-", "_")
}
