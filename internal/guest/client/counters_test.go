// SPDX-License-Identifier: Apache-2.0

package client

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
	"github.com/klptest/klptest/internal/guest/wire"
)

// Two files, each as large as fits into a line.
func TestClientCounters(t *testing.T) {
	const top = "/sys/kernel/debug/gcov"
	a, k := newGuest(t)
	rootfstest.Put(t, k.Root, top+"/reset", "")
	text := strings.Repeat("x", wire.ChunkSize)
	names := []string{"kernel/livepatch/core.gcda", "kernel/livepatch/state.gcda"}
	for _, name := range names {
		rootfstest.Put(t, k.Root, top+"/src/"+name, text)
	}
	c := connected(t, a)
	if err := c.ResetCounters(t.Context()); err != nil {
		t.Fatal(err)
	}
	files, err := c.Counters(t.Context(), names)
	if err != nil || len(files) != 2 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for name, data := range files {
		if !bytes.Equal(data, []byte(text)) {
			t.Errorf("%s has %d bytes", name, len(data))
		}
	}
}

// A guest may say anything.
func TestClientCountersThatAreLies(t *testing.T) {
	for name, answer := range map[string]string{
		"another file": `{"id":2,"counters":[{"name":"/etc/passwd","data":"eA=="}]}`,
		"twice":        `{"id":2,"counters":[{"name":"a.gcda","data":"eA=="},{"name":"a.gcda","data":"eA=="}]}`,
	} {
		host, guest := net.Pipe()
		go func() {
			defer guest.Close()
			in := bufio.NewReader(guest)
			_, _ = wire.ReadLine(in)
			fmt.Fprintf(guest, `{"id":1,"version":%d}`+"\n", wire.Version)
			_, _ = wire.ReadLine(in)
			io.WriteString(guest, answer+"\n")
		}()
		c, err := New(t.Context(), host, Time{})
		if err != nil {
			t.Fatal(err)
		}
		files, err := c.Counters(t.Context(), []string{"a.gcda"})
		if blame.Of(err) != blame.Rig || err == nil || !strings.Contains(err.Error(), "nobody asked for") {
			t.Errorf("%s: %v, %v", name, files, err)
		}
		_ = c.Close()
	}
}
