// SPDX-License-Identifier: Apache-2.0

package supervise

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// flipperEnv makes the test program repeatedly open a path that keeps changing
// between /proc/self/maps and the path that it names.
const flipperEnv = "KLPTEST_TEST_FLIPPER"

// The exit statuses of that program.
const (
	gotSecret  = 10 // it read the other file
	gotMaps    = 11 // it read its own maps, and never the other file
	gotNothing = 12
)

func flip(other string) int {
	paths := []string{ownMaps + "\x00", other + "\x00"}
	path := []byte(paths[0])
	go func() {
		for i := 0; ; i++ {
			copy(path, paths[i%len(paths)])
		}
	}()
	found := gotNothing
	for began := time.Now(); time.Since(began) < time.Second && found != gotSecret; {
		switch text := openChanging(path); {
		case strings.HasPrefix(text, "root:"):
			found = gotSecret
		case text != "":
			found = gotMaps
		}
	}
	return found
}

// openChanging returns the beginning of a file. The kernel and the supervisor read
// the path while it changes.
func openChanging(path []byte) string {
	at := unix.AT_FDCWD
	fd, _, errno := unix.Syscall6(unix.SYS_OPENAT, uintptr(at), uintptr(unsafe.Pointer(&path[0])), 0, 0, 0, 0)
	if errno != 0 {
		return ""
	}
	defer unix.Close(int(fd))
	text := make([]byte, 64)
	n, _ := unix.Read(int(fd), text) // reads nothing from a directory
	return string(text[:max(n, 0)])
}

// TestPathThatChanges: a process that changes the path after the supervisor has
// read it, and before the kernel does, gains nothing.
func TestPathThatChanges(t *testing.T) {
	if LandlockABI() < 1 {
		t.Skip("this kernel has no Landlock")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const secret = "/etc/////passwd" // same length as the other path
	for _, tt := range []struct {
		name string
		box  *Box
		want int
	}{
		{"without a box", nil, gotSecret},
		{"in a box", &Box{Dirs: []string{filepath.Dir(exe), "/usr", "/lib", "/lib64"}, OwnMaps: true}, gotMaps},
		{"without maps", &Box{Dirs: []string{filepath.Dir(exe), "/usr", "/lib", "/lib64"}}, gotNothing},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j, said := shell(t, "")
			j.Argv, j.Box = []string{exe}, tt.box
			j.Env = append(j.Env, flipperEnv+"="+secret)
			if out, err := Run(t.Context(), j); err != nil || out.Code != tt.want {
				t.Errorf("%+v, %v; want code %d\n%s", out, err, tt.want, said)
			}
		})
	}
}

// Each script works without a box. In a box, a process sees only its own maps in
// /proc, by that one name.
func TestOwnMaps(t *testing.T) {
	for script, allowed := range map[string]bool{
		"cat /proc/self/maps":                                    true,
		"cat /proc/self/environ":                                 false,
		"cat /proc/thread-self/maps":                             false,
		"cat /proc/self/../self/maps":                            false,
		"cd /proc && cat self/maps":                              false,
		"sleep 9 & cat /proc/$!/maps; s=$?; kill $!; exit $s":    false,
		"sleep 9 & cat /proc/$!/cmdline; s=$?; kill $!; exit $s": false,
		"cat /proc/$PPID/cmdline":                                false,
		"ls /proc":                                               false,
	} {
		t.Run(script, func(t *testing.T) {
			j := boxed(t, script)
			j.Box.Dirs = []string{"/usr", "/bin", "/lib", "/lib64"}
			j.Box.OwnMaps = true
			out, err := Run(t.Context(), j)
			if err != nil || out.Ending != Exited || (out.Code == 0) != allowed {
				t.Errorf("%+v, %v", out, err)
			}
			j.Box = nil
			if out, err := Run(t.Context(), j); err != nil || out.Err() != nil {
				t.Errorf("without a box: %+v, %v", out, err)
			}
		})
	}
}

// TestManyOpensAtOnce: many processes ask at once, each gets an answer, and
// none keeps the job open.
func TestManyOpensAtOnce(t *testing.T) {
	script := `for i in $(seq 20); do (for j in $(seq 20); do read x </proc/self/maps || exit; echo "$x"; done >maps$i) & done
wait; test $(cat maps* | wc -l) = 400`
	j := boxed(t, script)
	j.Box.Dirs, j.Box.OwnMaps = []string{"/usr", "/bin", "/lib", "/lib64"}, true
	if out, err := Run(t.Context(), j); err != nil || out.Err() != nil {
		t.Errorf("%+v, %v", out, err)
	}
}
