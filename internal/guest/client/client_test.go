// SPDX-License-Identifier: Apache-2.0

package client

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/cases/machine/machinetest"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/agent"
	"github.com/klptest/klptest/internal/guest/rootfs/rootfstest"
	"github.com/klptest/klptest/internal/guest/wire"
)

// connected returns a client of the agent, over a pipe.
func connected(t *testing.T, a *agent.Agent) *Client {
	t.Helper()
	host, guest := net.Pipe()
	served := make(chan error, 1)
	go func() {
		defer guest.Close()
		served <- a.Serve(guest)
	}()
	c, err := New(t.Context(), host, Time{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestClientRunsACase(t *testing.T) {
	a, k := newGuest(t)
	k.OnLoad = func(path, params string) error {
		k.Log.Printk("klp_a: " + params)
		return nil
	}
	c := connected(t, a)
	long := bytes.Repeat([]byte("ELF"), wire.ChunkSize)            // of three chunks
	for _, module := range [][]byte{long, []byte("another ELF")} { // the later one replaces the earlier
		if err := c.Put(t.Context(), "klp_a", module); err != nil {
			t.Fatal(err)
		}
		if data, _ := os.ReadFile(k.Root.Path(guest.ModulePath("klp_a"))); !bytes.Equal(data, module) {
			t.Errorf("%d bytes arrived", len(data))
		}
	}
	if err := c.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	ans := machinetest.Step(t, c, machinetest.Cmd(machine.Insmod, "klp_a", "states=1:1"))
	want := []machine.Record{
		{Seq: 2, Usec: 20, Facility: 1, Level: 6, Text: "% insmod klp_a states=1:1"},
		{Seq: 3, Usec: 30, Level: 6, Text: "klp_a: states=1:1"},
	}
	if diff := cmp.Diff(machine.Answer{Records: want}, ans); diff != "" {
		t.Error(diff)
	}
	k.Log.Printk("late")
	rootfstest.Put(t, k.Root, "/proc/sys/kernel/tainted", "4608\n")
	end, err := c.End(t.Context())
	if diff := cmp.Diff([]string{"late"}, machinetest.Texts(end.Records)); diff != "" || end.Taint != 512 || err != nil {
		t.Error(end.Taint, err, diff)
	}
	facts, err := c.Facts(t.Context(), nil)
	if err != nil || facts.Release != "6.12.0-fake" {
		t.Error(facts, err)
	}
}

// A guest is not asked for what the client knows.
func TestClientKnowsTheConfig(t *testing.T) {
	a, k := newGuest(t)
	c := connected(t, a)
	rootfstest.Put(t, k.Root, "/proc/config.gz", "no gzip")
	if _, err := c.Facts(t.Context(), nil); err == nil {
		t.Error("no error for a broken config")
	}
	c = connected(t, a)
	c.Config = map[string]string{"LIVEPATCH": "y"}
	facts, err := c.Facts(t.Context(), nil)
	if err != nil || facts.Config["LIVEPATCH"] != "y" || facts.Release != "6.12.0-fake" {
		t.Error(facts, err)
	}
}

func TestClientGathersManyRecords(t *testing.T) {
	a, k := newGuest(t)
	c := connected(t, a)
	if err := c.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		k.Log.Printk(fmt.Sprint(i, strings.Repeat("x", 4000)))
	}
	if ans := machinetest.Step(t, c, machinetest.Cmd(machine.Cat, "/proc/modules")); len(ans.Records) != 1001 {
		t.Errorf("%d records", len(ans.Records))
	}
}

// An error that the guest reports does not end the session.
func TestClientFaults(t *testing.T) {
	a, k := newGuest(t)
	c := connected(t, a)
	if err := c.PutFile(t.Context(), "../x", nil); blame.Of(err) != blame.User || !strings.Contains(err.Error(), "sending ../x") {
		t.Errorf("a file: %v", err)
	}
	if err := c.Put(t.Context(), "../x", nil); blame.Of(err) != blame.User {
		t.Error(err)
	}
	if err := c.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.Log.Lose(5)
	k.Log.Printk("x")
	_, err := c.End(t.Context())
	var overrun *wire.OverrunError
	if !errors.As(err, &overrun) || overrun.Lost != 5 {
		t.Error(err)
	}
	if _, err := c.call(t.Context(), grace, wire.Request{Op: "dance"}); err == nil || !strings.Contains(err.Error(), "dance") {
		t.Error(err)
	}
	for _, op := range []wire.Operation{wire.OpStep, wire.OpPut, wire.OpRenew} {
		if _, err := c.call(t.Context(), grace, wire.Request{Op: op}); err == nil {
			t.Errorf("%s without its argument", op)
		}
	}
}

func TestClientIsToldOfAKernelWithoutLivepatch(t *testing.T) {
	a, k := newGuest(t)
	os.RemoveAll(k.Root.Path("/sys/kernel/livepatch"))
	host, guest := net.Pipe()
	done := make(chan error)
	go func() { done <- a.Serve(guest) }()
	if _, err := New(t.Context(), host, Time{}); blame.Of(err) != blame.User {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestClientEmptyAnswer(t *testing.T) {
	host, guest := net.Pipe()
	go func() {
		r := bufio.NewReader(guest)
		for id := 1; ; id++ {
			if _, err := wire.ReadLine(r); err != nil {
				return
			}
			fmt.Fprintf(guest, `{"id":%d,"version":%d}`+"\n", id, wire.Version)
		}
	}()
	c, err := New(t.Context(), host, Time{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err1 := c.Step(t.Context(), machinetest.Cmd(machine.Cat, "/x"), time.Second)
	_, err2 := c.End(t.Context())
	_, err3 := c.Facts(t.Context(), nil)
	for _, err := range []error{err1, err2, err3} {
		if err == nil || !strings.Contains(err.Error(), "empty") {
			t.Error(err)
		}
	}
}
