// SPDX-License-Identifier: Apache-2.0

package local

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/klptest/klptest/images"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

func TestSourceOf(t *testing.T) {
	const part = "tools/testing/selftests/livepatch"
	source, links, none := t.TempDir(), t.TempDir(), t.TempDir()
	filetest.Put(t, filepath.Join(source, part, "test-state.sh"), "")
	if err := os.Symlink(filepath.Join(source, "tools"), filepath.Join(links, "tools")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		kdir    string
		headers []string
		want    string
	}{
		"built in the source":       {source, nil, source},
		"beside it":                 {none, []string{none, source}, source},
		"through links, as a build": {none, []string{links}, source},
		"nowhere":                   {none, []string{none}, ""},
	} {
		k := &images.Kernel{KDir: c.kdir, Headers: c.headers}
		got, err := sourceOf(t.Context(), cachetest.New(t), k, part, images.Options{})
		if got != c.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
}
