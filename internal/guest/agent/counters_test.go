// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
	"github.com/klptest/klptest/internal/guest/wire"
)

func TestCounters(t *testing.T) {
	a, _ := newGuest(t)
	const top = gcovDir + "/src/build/"
	for _, name := range []string{"kernel/livepatch/core.gcda", "kernel/livepatch/core.gcno", "kernel/livepatch/xcore.gcda", "mm/slub.gcda"} {
		rootfstest.Put(t, a.files, top+name, "of "+name)
	}
	got, err := a.counters([]string{"kernel/livepatch/core.gcda", "mm/slub.gcda", "mm/none.gcda"})
	want := []wire.Chunk{
		{Name: "kernel/livepatch/core.gcda", Data: []byte("of kernel/livepatch/core.gcda")},
		{Name: "mm/slub.gcda", Data: []byte("of mm/slub.gcda")},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestCountersThatAreTooLarge(t *testing.T) {
	a, _ := newGuest(t)
	rootfstest.Put(t, a.files, gcovDir+"/a.gcda", strings.Repeat("x", wire.ChunkSize+1))
	if _, err := a.counters([]string{"a.gcda"}); err == nil {
		t.Error("no error")
	}
}

func TestResetCounters(t *testing.T) {
	a, _ := newGuest(t)
	if err := a.resetCounters(); blame.Of(err) != blame.User || !strings.Contains(err.Error(), "does not count") {
		t.Errorf("a kernel without counters: %v", err)
	}
	rootfstest.Put(t, a.files, gcovDir+"/reset", "")
	if err := a.resetCounters(); err != nil {
		t.Fatal(err)
	}
	if text, _ := a.files.Read(gcovDir+"/reset", 8); text != "1" {
		t.Errorf("reset has %q", text)
	}
}
