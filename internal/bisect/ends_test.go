// SPDX-License-Identifier: Apache-2.0

package bisect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
)

// counting returns a script that records each step in a file.
func counting(t *testing.T, text string) (step []string, count func() int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "count")
	return script(fmt.Sprintf("echo x >>%s; %s", path, text)), func() int {
		data, _ := os.ReadFile(path)
		return len(data) / 2
	}
}

// TestEndsAreJudgedFirst: if an end has the wrong mark, no commit is named and
// nothing between the ends is tried.
func TestEndsAreJudgedFirst(t *testing.T) {
	w, shas := history(t, 12)
	for _, test := range []struct {
		name, step, want string
		steps            int
	}{
		{"passes everywhere", "exit 0", "--bad {bad} is good", 1},
		{"fails everywhere", "exit 1", "--good {good} is bad", 2},
		{"exchanged", "test $n -gt 7", "--bad {bad} is good", 1},
		{"the bad end is skipped", "exit 125", "--bad {bad} cannot be judged", 1},
		{"the good end is skipped", "test $n != 1 || exit 125; exit 1", "--good {good} cannot be judged", 2},
	} {
		step, count := counting(t, test.step)
		a, resumed, err := search(t, w, Question{shas[0], shas[11], step})
		want := strings.NewReplacer("{good}", shas[0][:12], "{bad}", shas[11][:12]).Replace("nothing was searched: " + test.want)
		if a != nil || err == nil || err.Error() != want || blame.Of(err) != blame.Rig || resumed {
			t.Errorf("%s: answer %+v, resumed %v, error %v; want %s", test.name, a, resumed, err, want)
		}
		if got := count(); got != test.steps {
			t.Errorf("%s: %d steps, want %d", test.name, got, test.steps)
		}
	}
}

// TestReasonOfARefusal: a refusal gives the reason in the step's note.
func TestReasonOfARefusal(t *testing.T) {
	w, shas := history(t, 2)
	note := `echo '{"Commit":"` + shas[0] + `","Mark":"bad","Why":"FAIL c (3 of 3)"}' >>.git/` + notesFile + `; exit 1`
	_, _, err := search(t, w, Question{shas[0], shas[1], script(note)})
	if err == nil || !strings.HasSuffix(err.Error(), " is bad: FAIL c (3 of 3)") || !strings.Contains(blame.Detail(err), "--good on which the cases pass") {
		t.Error(err)
	}
}

func TestNothingLiesBetweenTheEnds(t *testing.T) {
	w, shas := history(t, 12)
	step, count := counting(t, "test $n -lt 8")
	a, _, err := search(t, w, Question{shas[6], shas[7], step})
	if err != nil || a.First != shas[7] || count() != 2 {
		t.Errorf("answer %+v, error %v, %d steps", a, err, count())
	}
}

// TestEndsAreJudgedOnce: a resumed search continues where it stopped.
func TestEndsAreJudgedOnce(t *testing.T) {
	w, shas := history(t, 12)
	mended := filepath.Join(t.TempDir(), "mended")
	step, count := counting(t, fmt.Sprintf("test $n != 1 || test -e %s || exit 255; test $n -lt 8", mended))
	q := Question{shas[0], shas[11], step}
	if _, _, err := search(t, w, q); err == nil || !strings.Contains(err.Error(), "has stopped") || count() != 2 {
		t.Fatalf("error %v after %d steps", err, count())
	}
	if err := os.WriteFile(mended, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	before := count()
	a, resumed, err := search(t, w, q)
	if err != nil || !resumed || a.First != shas[7] || count()-before > 5 {
		t.Errorf("answer %+v, resumed %v, error %v, %d more steps", a, resumed, err, count()-before)
	}
}

func TestInterruptedAtAnEnd(t *testing.T) {
	w, shas := history(t, 2)
	errStop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	s, _, err := Open(ctx, w, Question{shas[0], shas[1], script("echo here; exec sleep 60")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Run(ctx, whenWritten{func() { cancel(errStop) }}); !errors.Is(err, errStop) {
		t.Errorf("error %v", err)
	}
}

// whenWritten calls a function at each write.
type whenWritten struct{ f func() }

func (w whenWritten) Write(p []byte) (int, error) {
	w.f()
	return len(p), nil
}

func TestLineWriter(t *testing.T) {
	for in, want := range map[string]string{"": "", "a": "a\n", "a\n": "a\n", "a\nb": "a\nb\n"} {
		var out strings.Builder
		l := &lineWriter{w: &out}
		io.WriteString(l, in)
		io.WriteString(l, "")
		if l.end(); out.String() != want {
			t.Errorf("%q becomes %q", in, out.String())
		}
	}
}
