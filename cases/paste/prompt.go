// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"regexp"
	"strings"
)

// verbs are the first words that identify a line without a clear prompt as a
// command.
const verbs = `(?:sudo|insmod|rmmod|modprobe|echo|cat|sysctl|kpatch|dmesg|journalctl|printf|tee|sh|bash|su|mount|lsmod|taskset|grep|ls|uname)`

// Commands whose first words also begin comments: only what follows identifies them.
const (
	loops   = `(?:for +(?:\w+ +in |\(\()|while |until ).*; *do\b.*`
	wrapped = `(?:time +|timeout +(?:-\S+ +)*\d\S* +)` + verbs + `\b.*`
	kills   = `kill +(?:-\w+ +)*[\d$%].*`
)

var (
	// prompts match those of shells, and the selftests' "% ".
	prompts = []*regexp.Regexp{
		regexp.MustCompile(`^% +(\S.*)$`),
		regexp.MustCompile(`^\$ +(\S.*)$`),
		regexp.MustCompile(`^(?:\([\w.-]+\) ?)?\[?[\w.-]+@[\w.-]+[: ] ?[^\s\]#$>]*\]?(?: ?[#$>%]) *(\S.*)$`), // user@host:~$, [root@host ~]#
		regexp.MustCompile(`^[\w.-]+:(?:~|/)\S* ?[#$>] *(\S.*)$`),                                            // host:~ #
		regexp.MustCompile(`^(?:~|/[\w/.-]*) [#$] +(\S.*)$`),                                                 // / # of busybox
		regexp.MustCompile(`^(?:(?:ba|da|z|k)?sh-[\d.]+|root|bash|sh|user|guest)[#$>] *(\S.*)$`),             // sh-5.1#
		regexp.MustCompile(`^# *(` + verbs + `\b.*)$`),
		regexp.MustCompile(`^# *(` + loops + `|` + wrapped + `|` + kills + `)$`),
		regexp.MustCompile(`^\++ (` + verbs + `\b.*)$`), // set -x
	}

	// bare matches a command that is a step of a description.
	bare = regexp.MustCompile(`^(?:(?:[Ss]tep )?\(?\d{1,2}[.):] *|[-*•] +|[Rr]un:? +|[Tt]hen:? +)?(?:[Rr]un:? +)?(` + verbs + ` .*)$`)

	// plausible are the forms of a bare command: words such as echo and cat
	// also occur in prose.
	plausible = []*regexp.Regexp{
		regexp.MustCompile(`^(?:sudo +)?(?:insmod|modprobe|rmmod)(?: -\w+)* [\w./~$*{}-]*(?:\.ko(?:\.\w+)?|[\w]*[_-]\w+|/[\w.-]+)(?: \w+=\S*)*(?: &)?$`),
		regexp.MustCompile(`^(?:sudo +)?(?:echo|printf) .*(?:>|\|) *.*(?:/sys/|/proc/|enabled|force|parameters/)`),
		regexp.MustCompile(`^(?:sudo +)?(?:cat|tee) /(?:sys|proc)/\S+$`),
		regexp.MustCompile(`^(?:sudo +)?sysctl +(?:-w +)?[\w.]+ ?= ?\S+$`),
		regexp.MustCompile(`^(?:sudo +)?kpatch (?:load|unload|install|uninstall|list|info|signal|force)\b[\w ./-]*$`),
		regexp.MustCompile(`^(?:sudo +)?(?:ba)?sh -c ['"].*['"]$`),
	}

	quoted = regexp.MustCompile("`([^`]+)`")

	// sudoLine matches sudo's log line about a command.
	sudoLine = regexp.MustCompile(`^sudo: .*COMMAND=(?:/usr)?/s?bin/(.+)$`)

	tornCommand = regexp.MustCompile(`^(?:(?:sudo|time) +)*(?:(?:insmod|rmmod|modprobe|kpatch load|kpatch unload|cat|tee)|.*(?:>|\||&&|\\|tee)|echo [\w"'-]+)$`)
)

// promptedBody returns the command typed after a prompt.
func promptedBody(text string) (typed string, ok bool) {
	if text == "" {
		return "", false
	}
	for _, re := range prompts {
		if m := re.FindStringSubmatch(text); m != nil {
			return m[1], true
		}
	}
	return "", false
}

func isPrompted(text string) bool { _, ok := promptedBody(text); return ok }

// bareCommand returns the command in a line of text that is a command, or that
// has one in backquotes.
func bareCommand(text string) (typed string, ok bool) {
	text = strings.TrimSpace(text)
	if m := bare.FindStringSubmatch(text); m != nil && isTyped(m[1]) {
		return m[1], true
	}
	var list []string
	for _, m := range quoted.FindAllStringSubmatch(text, -1) {
		if isTyped(m[1]) {
			list = append(list, m[1])
		}
	}
	return strings.Join(list, "; "), list != nil
}

// isTyped reports whether a text without a prompt can only be a command.
func isTyped(text string) bool {
	for _, re := range plausible {
		if re.MatchString(text) {
			return true
		}
	}
	return false
}

func isTornCommand(text string) bool { return tornCommand.MatchString(text) }
