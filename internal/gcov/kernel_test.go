// SPDX-License-Identifier: Apache-2.0

package gcov

import (
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/filetest"
)

// counted is a program in the place of kernel/livepatch/core.c, which calls g with each
// of its arguments.
const counted = `int atoi(const char *);
int g(int a)
{
	if (a > 1)
		return 1;
	return 0;
}
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		g(atoi(argv[i]));
	return 0;
}
`

// builtSource returns a build directory with that program, and the version of gcc.
func builtSource(t *testing.T) (build string, major int) {
	t.Helper()
	text, err := exec.Command("gcc", "-dumpversion").Output()
	if err != nil {
		t.Skip("no gcc: ", err)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(text)), ".")
	if major, err = strconv.Atoi(first); err != nil {
		t.Fatal(err)
	}
	source := t.TempDir()
	filetest.Put(t, filepath.Join(source, "kernel/livepatch/core.c"), counted)
	build = filepath.Join(source, "build")
	filetest.Put(t, filepath.Join(build, "kernel/livepatch/.keep"), "")
	in(t, build, "gcc", "-fprofile-arcs", "-ftest-coverage", "-c", "-o", "kernel/livepatch/core.o", "../kernel/livepatch/core.c")
	in(t, build, "gcc", "--coverage", "-o", "program", "kernel/livepatch/core.o")
	return build, major
}

func in(t *testing.T, dir string, argv ...string) {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", argv, err, out)
	}
}

// ran returns the counters of one run of the program.
func ran(t *testing.T, build string, args ...string) Counters {
	t.Helper()
	path := filepath.Join(build, "kernel/livepatch/core.gcda")
	_ = os.Remove(path) // it would be added to
	in(t, build, append([]string{filepath.Join(build, "program")}, args...)...)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseAll(map[string][]byte{"kernel/livepatch/core.gcda": asKernel(raw)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// asKernel turns a file of gcc's library into what a kernel writes: without a summary
// and an end, and with all counters where the library only says that they are zero.
func asKernel(raw []byte) []byte {
	word := binary.LittleEndian.Uint32
	unit, head := 4, 12
	if majorOf(word(raw[4:])) >= 12 {
		unit, head = 1, 16
	}
	out := append([]byte{}, raw[:head]...)
	for rest := raw[head:]; len(rest) >= 8 && word(rest) != 0; {
		tag, size := word(rest), int(int32(word(rest[4:])))*unit
		body := rest[8 : 8+max(0, size)]
		rest = rest[8+len(body):]
		if size < 0 {
			body = make([]byte, -size)
		}
		if tag == tagFunction || tag == tagArcs {
			out = binary.LittleEndian.AppendUint32(out, tag)
			out = binary.LittleEndian.AppendUint32(out, uint32(len(body)/unit))
			out = append(out, body...)
		}
	}
	return out
}

func TestKernelLines(t *testing.T) {
	build, major := builtSource(t)
	k, err := Open(t.Context(), build, []string{"kernel/livepatch/*.c"}, major, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	low, sum := ran(t, build, "0"), Counters{}
	for _, c := range []Counters{low, ran(t, build, "5", "7")} {
		if err := sum.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		counters Counters
		want     map[int]uint64
	}{
		"one run":  {low, map[int]uint64{4: 1, 5: 0, 6: 1, 11: 1}},
		"the sum":  {sum, map[int]uint64{4: 3, 5: 2, 6: 1, 11: 3}},
		"no calls": {ran(t, build), map[int]uint64{4: 0, 5: 0, 6: 0, 11: 0}},
	} {
		files, err := k.Lines(t.Context(), test.counters)
		if err != nil || len(files) != 1 || files[0].Name != "kernel/livepatch/core.c" {
			t.Fatalf("%s: %v, %v", name, files, err)
		}
		got := map[int]uint64{}
		for _, l := range files[0].Lines {
			if _, wanted := test.want[l.Number]; wanted {
				got[l.Number] = l.Count
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if text := files[0].Text(5); strings.TrimSpace(text) != "return 1;" {
			t.Errorf("%s: line 5 is %q", name, text)
		}
	}
}

func TestKernelLinesWithoutCounters(t *testing.T) {
	build, major := builtSource(t)
	k, err := Open(t.Context(), build, []string{"kernel/livepatch/*.c"}, major, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Lines(t.Context(), Counters{}); err == nil || !strings.Contains(err.Error(), "does not count kernel/livepatch/core.c") {
		t.Errorf("error is %v", err)
	}
}

func TestOpenWithoutNotes(t *testing.T) {
	if _, err := Open(t.Context(), t.TempDir(), []string{"kernel/livepatch/*.c"}, 12, t.TempDir()); !errors.Is(err, ErrNone) {
		t.Errorf("error is %v", err)
	}
}
