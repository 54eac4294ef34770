// SPDX-License-Identifier: Apache-2.0

package paste

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/cases/casefile"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/filetest"
	"github.com/klptest/klptest/internal/model"
	"github.com/klptest/klptest/kmods"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// reports returns the inputs of the corpus.
func reports(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/reports/*.txt")
	if err != nil || len(paths) < 60 {
		t.Fatalf("%d reports, %v", len(paths), err)
	}
	return paths
}

// TestReports: each report becomes the case in the golden file beside it, or is
// refused with the error in that file. Below that, the file says what each line
// was taken for.
func TestReports(t *testing.T) {
	for _, p := range reports(t) {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		made, err := Make(t.Context(), data, Options{})
		filetest.Golden(t, strings.TrimSuffix(p, ".txt")+".want", shown(made, err), *update)
		if err != nil {
			continue
		}
		c, err := casefile.Parse(p, made.Case)
		if err != nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		for _, problem := range append(casefile.Check(c, kmods.Names()), model.Check(t.Context(), c)...) {
			t.Errorf("%s: %s", p, problem)
		}
	}
}

// shown formats what was made as the golden files have it.
func shown(made *Made, err error) string {
	var b strings.Builder
	if err != nil {
		b.WriteString("refused: " + err.Error() + "\n")
		var e *blame.Error
		if errors.As(err, &e) {
			b.WriteString(e.Advice + "\n")
		}
	} else {
		b.Write(made.Case)
	}
	b.WriteString("==== lines\n")
	for _, e := range made.Explained {
		fmt.Fprintf(&b, "%3d %s", e.Line, e.Kind)
		if e.Why != "" {
			b.WriteString(": " + e.Why)
		}
		b.WriteString("\n")
	}
	if made.Related != nil {
		b.WriteString("==== related\n")
		for _, c := range made.Related {
			b.WriteString(c.Name + "\n")
		}
	}
	return b.String()
}
