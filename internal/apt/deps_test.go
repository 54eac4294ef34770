// SPDX-License-Identifier: Apache-2.0

package apt

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/filetest"
)

// programs maps the programs that .ci/deps finds on a complete machine to what
// each of them does. Those that change something write it to $D/did.
var programs = map[string]string{
	"qemu-system-x86_64": "", "gcc": "", "make": "", "ld": "", "dpkg-deb": "", "xz": "", "busybox": "",
	"ldconfig": "echo libelf.so.1",
	"id":       "echo 0",
	"find":     `case "$*" in *-mmin*) echo recent ;; esac`,
	"timeout":  `shift 2; exec "$@"`,
	"apt-get": `case "$*" in
*--simulate*) exit ;;
*update*) echo update >> "$D/did"; [ ! -e "$D/offline" ] || { echo "W: Failed to fetch x"; echo "W: Some index files failed to download."; } ;;
*install*) echo "install ${*##*recommends }" >> "$D/did" ;;
esac`,
	"go": `case $1 in env) echo "$D" ;; esac`,
}

// machine makes a directory with the programs, and nothing else that deps
// looks for.
func machine(t *testing.T, changed map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, tool := range []string{"sh", "dirname", "sed", "sort", "tr", "grep", "head", "mkdir", "cat", "env", "true"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(dir, tool)); err != nil {
			t.Fatal(err)
		}
	}
	for name, does := range programs {
		if other, ok := changed[name]; ok {
			does = other
		}
		if does != gone {
			filetest.Put(t, filepath.Join(dir, name), "#!/bin/sh\n"+does+"\n")
		}
	}
	if does, ok := changed["sudo"]; ok {
		filetest.Put(t, filepath.Join(dir, "sudo"), "#!/bin/sh\n"+does+"\n")
	}
	return dir
}

const (
	gone    = "-"
	user    = "echo 1000"
	old     = "exit 0"
	sudoing = `[ "$1" = -n ] || exit 1; shift; echo "sudo" >> "$D/did"; exec "$@"`
)

func TestDeps(t *testing.T) {
	const notFound = `case "$*" in
*update*) echo update >> "$D/did"; : > "$D/updated" ;;
*--simulate*) ;;
*install*) echo install >> "$D/did"; [ -e "$D/updated" ] || { echo "E: 404" >&2; exit 100; } ;;
esac`
	refreshing, installing := "refreshing apt's package lists\n", "installing: gcc \n"
	for name, c := range map[string]struct {
		changed map[string]string
		status  int
		did     string
		said    string
	}{
		"all is there":     {nil, 0, "", ""},
		"one lacks":        {map[string]string{"gcc": gone}, 0, "install gcc\n", installing},
		"old lists":        {map[string]string{"find": old}, 0, "", ""},
		"a source changed": {map[string]string{"gcc": gone, "find": "echo x"}, 0, "update\ninstall gcc\n", refreshing + installing},
		"a warning": {map[string]string{"gcc": gone, "find": old, "apt-get": `case "$*" in *update*) echo update >> $D/did; echo W: an old key ;; *--simulate*) ;; *) echo install >> $D/did ;; esac`}, 0,
			"update\ninstall\n", refreshing + installing},
		"both":                 {map[string]string{"gcc": gone, "find": old}, 0, "update\ninstall gcc\n", refreshing + installing},
		"an unknown package":   {map[string]string{"gcc": gone, "apt-get": strings.Replace(programs["apt-get"], "exit ;;", "exit 100 ;;", 1)}, 0, "update\ninstall gcc\n", refreshing + installing},
		"gone from the mirror": {map[string]string{"gcc": gone, "apt-get": notFound}, 0, "install\nupdate\ninstall\n", installing + refreshing + installing},
		"cannot be installed": {map[string]string{"gcc": gone, "apt-get": "echo E: no >&2; exit 100"}, 3, "",
			refreshing + "apt-get update: E: no; going on with the lists that are there\n" + installing + refreshing + "apt-get update: E: no; going on with the lists that are there\n" + installing + "E: no\n"},
		"a user with sudo": {map[string]string{"id": user, "sudo": sudoing, "gcc": gone, "find": old}, 0,
			"sudo\nsudo\nupdate\nsudo\ninstall gcc\n", refreshing + installing},
		"sudo asks": {map[string]string{"id": user, "sudo": "exit 1", "gcc": gone, "xz": gone, "find": old}, 3, "",
			"missing: gcc xz-utils \nsudo apt-get update && sudo apt-get install gcc xz-utils \n"},
		"sudo asks, new lists": {map[string]string{"id": user, "sudo": "exit 1", "gcc": gone}, 3, "", "missing: gcc \nsudo apt-get install gcc \n"},
		"no apt":               {map[string]string{"apt-get": gone, "gcc": gone}, 3, "", "missing, and there is no apt here: install what Debian calls gcc \n"},
		"no apt, none needed":  {map[string]string{"apt-get": gone}, 0, "", ""},
		"an old Go": {map[string]string{"go": "echo go: too old >&2; exit 1"}, 3, "",
			"klptest needs Go " + goVersion(t) + " or newer: https://go.dev/dl/\ngo: too old\n"},
		"no Go, and more": {map[string]string{"go": gone, "gcc": gone, "id": user}, 3, "",
			"missing: gcc \nsudo apt-get install gcc \nthere is no Go here; klptest needs Go " + goVersion(t) + " or newer: https://go.dev/dl/\n"},
		"no home": {map[string]string{"go": "[ $1 = list ] || echo /proc/x"}, 3, "", "/proc/x cannot be written: set HOME or XDG_CACHE_HOME to a directory of yours\n"},
	} {
		t.Run(name, func(t *testing.T) { wantDeps(t, machine(t, c.changed), c.status, c.did, c.said) })
	}
}

func TestDepsGoOnWhenARefreshFails(t *testing.T) {
	dir := machine(t, map[string]string{"gcc": gone, "find": old})
	filetest.Put(t, filepath.Join(dir, "offline"), "")
	wantDeps(t, dir, 0, "update\ninstall gcc\n",
		"refreshing apt's package lists\napt-get update: W: Failed to fetch x; going on with the lists that are there\ninstalling: gcc \n")
}

// wantDeps runs .ci/deps on a machine.
func wantDeps(t *testing.T, dir string, status int, did, said string) {
	t.Helper()
	cert := filepath.Join(dir, "cert.pem")
	filetest.Put(t, cert, "")
	deps := exec.CommandContext(t.Context(), filepath.Join(dir, "sh"), "../../.ci/deps")
	deps.Env = []string{"PATH=" + dir, "D=" + dir, "HOME=" + dir, "SSL_CERT_FILE=" + cert}
	out, err := deps.CombinedOutput()
	if got := deps.ProcessState.ExitCode(); got != status {
		t.Errorf("status %d, want %d: %v", got, status, err)
	}
	if diff := cmp.Diff(said, string(out)); diff != "" {
		t.Errorf("says %s", diff)
	}
	acts, err := os.ReadFile(filepath.Join(dir, "did"))
	if diff := cmp.Diff(did, string(acts)); diff != "" {
		t.Errorf("did %s%v", diff, err)
	}
}

// goVersion returns the Go version that go.mod requires.
func goVersion(t *testing.T) (version string) {
	t.Helper()
	text, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if n, _ := fmt.Sscanf(line, "go %s", &version); n == 1 {
			return version
		}
	}
	t.Fatal("go.mod names no version of Go")
	return ""
}
