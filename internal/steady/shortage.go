// SPDX-License-Identifier: Apache-2.0

package steady

import (
	"regexp"
	"strings"

	"github.com/klptest/klptest/internal/blame"
)

// A Shortage is what a build ran out of when it failed. Such a failure says nothing about
// the source.
type Shortage int

// The shortages.
const (
	None   Shortage = iota
	Disk            // a file could not be written
	Memory          // a program was killed, or could not be started
	Heap            // a program could not get memory: the host had none, or the program had reached its limit
)

// shortages are the messages, by shortage. They begin at the beginning of a line, some of
// them after the name of a program. A compiler that quotes a source indents the quote, so a
// quote cannot be taken for a message.
var shortages = map[Shortage][]*regexp.Regexp{
	Disk: {
		regexp.MustCompile(`^(\S.*)?(No space left on device|Disk quota exceeded)`),
	},
	Memory: { // earlyoom sends SIGTERM before SIGKILL
		ofProgram(`(Killed|Terminated)$`),                                                 // dash, clang
		ofProgram(` *\d+ (Killed|Terminated)\s`),                                          // bash
		ofProgram(`(Killed|Terminated)( signal terminated program | \(program )`),         // gcc, which starts cc1
		ofProgram(`\S+ terminated with signal (9|15) `),                                   // collect2, which starts ld
		regexp.MustCompile(`^make.*: \*\*\* \[.*\] (Killed|Terminated|Error (137|143))$`), // make, and a shell that it started
		ofProgram(`Cannot fork$`),
		ofProgram(`(v?fork|posix_spawn)\b.*: Cannot allocate memory$`),
		ofProgram(`Resource temporarily unavailable$`),
	},
	Heap: {
		ofProgram(`Cannot allocate memory$`),
		ofProgram(`(?i:out of memory)\b`),
		ofProgram(`(\*\*\* )?(virtual )?memory exhausted\b`),
		ofProgram(`(?i:memory allocation) (failure|of \d+ bytes failed)`),
		ofProgram(`terminate called after throwing an instance of 'std::bad_alloc'`),
	},
}

// ofProgram compiles the pattern of a message that programs print after their name.
func ofProgram(message string) *regexp.Regexp {
	return regexp.MustCompile(`^(?:\S[^:|]*: +)*` + message)
}

// aboutSource matches what a compiler says about a line of the source. The line may decide
// the words, as #error does.
var aboutSource = regexp.MustCompile(`^\S+:\d+:\d+: (error|warning|note): `)

// ShortageIn returns the shortage that a line of a build's output tells of.
func ShortageIn(line string) Shortage {
	if aboutSource.MatchString(line) {
		return None
	}
	for _, s := range []Shortage{Disk, Memory, Heap} {
		for _, message := range shortages[s] {
			if message.MatchString(line) {
				return s
			}
		}
	}
	return None
}

// FirstShortage returns the first shortage that the output of a build tells of.
func FirstShortage(output string) Shortage {
	for line := range strings.Lines(output) {
		if s := ShortageIn(strings.TrimRight(line, "\n")); s != None {
			return s
		}
	}
	return None
}

// Fault returns the error of a build that failed for a shortage. The purpose is what the
// build was for, such as "to build the kernel".
func (s Shortage) Fault(purpose string) *blame.Error {
	if s == Disk {
		return &blame.Error{Summary: "no room " + purpose, Advice: "free some, or set XDG_CACHE_HOME to a larger file system"}
	}
	return &blame.Error{Summary: "no memory " + purpose, Advice: "free some, or build with fewer processors: set GOMAXPROCS=1 in the environment"}
}
