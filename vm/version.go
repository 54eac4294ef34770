// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klptest/klptest/internal/program"
)

// version is a version of QEMU. The zero value means unknown.
type version struct{ major, minor int }

func (v version) known() bool { return v != version{} }

func (v version) before(w version) bool {
	return cmp.Or(cmp.Compare(v.major, w.major), cmp.Compare(v.minor, w.minor)) < 0
}

func (v version) String() string {
	if !v.known() {
		return ""
	}
	return fmt.Sprintf("%d.%d", v.major, v.minor)
}

// versionLimit is long for a program that prints two lines, because a busy host
// may be slow to load it.
const versionLimit = 10 * time.Second

const maxVersion = 64 << 10 // bytes; a wrapper may print more than the version

// answer is what a program prints when asked for its version.
type answer struct {
	version version
	said    string // the first line; empty if there was none in time
}

// answers holds the answer of each QEMU, by its qemuID, so that each is asked
// once.
var answers sync.Map // of func() answer

// versionOf asks a QEMU, or a wrapper of one, for its version. The zero version
// means that there was no answer.
func versionOf(qemu string) version { return answerOf(qemu).version }

func answerOf(qemu string) answer {
	id, err := qemuID(qemu)
	if err != nil {
		return answer{}
	}
	ask, _ := answers.LoadOrStore(id, sync.OnceValue(func() answer { return askVersion(qemu, versionLimit) }))
	return ask.(func() answer)()
}

func askVersion(qemu string, limit time.Duration) answer {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	out, err := program.Command{Name: qemu, Args: []string{"--version"}}.Output(ctx, maxVersion)
	if err != nil {
		return answer{}
	}
	said, _, _ := strings.Cut(string(out), "\n")
	return answer{parseVersion(string(out)), said}
}

// versionLine matches "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)".
// qemu-user begins with its program's name instead.
var versionLine = regexp.MustCompile(`(?m)^(?:QEMU emulator|qemu-\w+) version (\d{1,4})\.(\d{1,4})`)

func parseVersion(text string) version {
	m := versionLine.FindStringSubmatch(text)
	if m == nil {
		return version{}
	}
	major, _ := strconv.Atoi(m[1])
	minor, _ := strconv.Atoi(m[2])
	return version{major, minor}
}
