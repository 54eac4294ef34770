// SPDX-License-Identifier: Apache-2.0

package kbuild

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klptest/klptest/images/dotconfig"
	"github.com/klptest/klptest/images/kconfig"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/cache/cachetest"
	"github.com/klptest/klptest/internal/filetest"
)

// kernelSource returns the source that KLPTEST_SOURCE names. Tests only
// configure it: a whole build takes too long.
func kernelSource(t *testing.T) string {
	t.Helper()
	source := os.Getenv("KLPTEST_SOURCE")
	if os.Getenv("KLPTEST_VM") == "" || source == "" {
		t.Skip("set KLPTEST_VM=1, and KLPTEST_SOURCE to the source of a kernel")
	}
	return source
}

func configure(t *testing.T, b Builder) (map[string]string, error) {
	t.Helper()
	w, err := b.open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.configure(t.Context()); err != nil {
		return nil, err
	}
	return dotconfig.Read(filepath.Join(w.view.build(), ".config"))
}

func TestIntegrationFragmentsFitTheKernel(t *testing.T) {
	source := kernelSource(t)
	before := listing(t, source)
	c := cachetest.New(t)
	for _, kind := range []kconfig.Kind{{}, {Debug: true}, {Gcov: true}} {
		config, err := configure(t, Builder{Cache: c, Source: source, Kind: kind})
		if err != nil {
			t.Fatal(err)
		}
		if m := kconfig.Recommended(config); len(m) > 0 {
			t.Errorf("%+v: lacks %v", kind, m)
		}
		if config["PREEMPT_DYNAMIC"] != "" || config["JUMP_LABEL"] != "" {
			t.Error("transitions rewrite each cond_resched()")
		}
		if counts := config["GCOV_KERNEL"] == "y"; counts != kind.Gcov || config["GCOV_PROFILE_ALL"] == "y" {
			t.Errorf("%+v: counts %v, all %q", kind, counts, config["GCOV_PROFILE_ALL"])
		}
	}
	if after := listing(t, source); after != before {
		t.Error("the source has changed")
	}
}

func TestIntegrationOptionsThatDoNotStick(t *testing.T) {
	source := kernelSource(t)
	path := filepath.Join(t.TempDir(), "my.config")
	filetest.Put(t, path, "CONFIG_KASAN_HW_TAGS=y\nCONFIG_NO_SUCH_THING=y\n")
	_, err := configure(t, Builder{Cache: cachetest.New(t), Source: source, Fragments: []string{path}})
	var e *blame.Error
	if !errors.As(err, &e) || e.Party != blame.User {
		t.Fatalf("error is %v", err)
	}
	for _, want := range []string{"KASAN_HW_TAGS", "HAVE_ARCH_KASAN_HW_TAGS=n", "this kernel has no such option"} {
		if !strings.Contains(e.Error()+e.Tail, want) {
			t.Errorf("no %q in %v\n%s", want, e, e.Tail)
		}
	}
}
