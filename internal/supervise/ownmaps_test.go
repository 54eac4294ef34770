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

// flipperEnv makes the test program open a path again and again that changes
// all the time, from /proc/self/maps to the one that it names and back.
const flipperEnv = "KLPTEST_TEST_FLIPPER"

// How such a program ends.
const (
	gotSecret  = 10 // it has read the other file
	gotMaps    = 11 // it has read its own maps, and the other file never
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

// openChanging returns the beginning of a file. The kernel, and whoever answers
// for it, read the path where it changes.
func openChanging(path []byte) string {
	at := unix.AT_FDCWD
	fd, _, errno := unix.Syscall6(unix.SYS_OPENAT, uintptr(at), uintptr(unsafe.Pointer(&path[0])), 0, 0, 0, 0)
	if errno != 0 {
		return ""
	}
	defer unix.Close(int(fd))
	text := make([]byte, 64)
	n, _ := unix.Read(int(fd), text) // nothing is read of a directory
	return string(text[:max(n, 0)])
}

// A process that exchanges the path after the supervisor has read it, and
// before the kernel does, reaches nothing more.
func TestPathThatChanges(t *testing.T) {
	if LandlockABI() < 1 {
		t.Skip("this kernel has no Landlock")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const secret = "/etc/////passwd" // as long as the other
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

// Each script works without a box. In one, a process sees of /proc its own maps,
// by that one name.
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

// Many processes ask at once, each gets an answer, and none keeps the job open.
func TestManyOpensAtOnce(t *testing.T) {
	script := `for i in $(seq 20); do (for j in $(seq 20); do read x </proc/self/maps || exit; echo "$x"; done >maps$i) & done
wait; test $(cat maps* | wc -l) = 400`
	j := boxed(t, script)
	j.Box.Dirs, j.Box.OwnMaps = []string{"/usr", "/bin", "/lib", "/lib64"}, true
	if out, err := Run(t.Context(), j); err != nil || out.Err() != nil {
		t.Errorf("%+v, %v", out, err)
	}
}
