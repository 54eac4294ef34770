// SPDX-License-Identifier: Apache-2.0

package doctor

import (
	"regexp"
	"runtime"
	"strings"
)

// About describes a host in a report. A text is empty if the host does not
// tell.
type About struct {
	System    string // the distribution
	Kernel    string // uname -sr
	Processor string
	CPUs      int
	Memory    int // MiB that are available, see [Host.Available]
}

var (
	prettyName = regexp.MustCompile(`(?m)^PRETTY_NAME="?([^"\n]*)`) // os-release(5)
	modelName  = regexp.MustCompile(`(?m)^model name\s*:\s*(.*)`)
)

// About examines the host.
func (h Host) About() About {
	return About{
		System:    first(prettyName, h.read("etc/os-release")),
		Kernel:    strings.TrimSpace(h.read("proc/sys/kernel/ostype") + " " + h.read("proc/sys/kernel/osrelease")),
		Processor: first(modelName, h.read("proc/cpuinfo")),
		CPUs:      runtime.GOMAXPROCS(0),
		Memory:    h.Available(),
	}
}

// first returns the first group of a match, or "" if there is none.
func first(re *regexp.Regexp, text string) string {
	if m := re.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}
