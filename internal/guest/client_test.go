// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
)

// connected is a client of the agent, over a pipe.
func connected(t *testing.T, a *agent) *Client {
	t.Helper()
	host, guest := net.Pipe()
	served := make(chan error, 1)
	go func() {
		defer guest.Close()
		served <- a.serve(guest)
	}()
	c, err := newClient(t.Context(), host, nil)
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
	k.onLoad = func(path, params string) error {
		k.log.printk("klp_a: " + params)
		return nil
	}
	c := connected(t, a)
	long := bytes.Repeat([]byte("ELF"), chunkSize)                 // of three chunks
	for _, module := range [][]byte{long, []byte("another ELF")} { // the later one replaces the earlier
		if err := c.Put(t.Context(), "klp_a", module); err != nil {
			t.Fatal(err)
		}
		if data, _ := os.ReadFile(a.files.path(modulePath("klp_a"))); !bytes.Equal(data, module) {
			t.Errorf("%d bytes arrived", len(data))
		}
	}
	if err := c.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	ans := step(t, c, cmd(machine.Insmod, "klp_a", "states=1:1"))
	want := []machine.Record{
		{Seq: 2, Usec: 20, Facility: 1, Level: 6, Text: "% insmod klp_a states=1:1"},
		{Seq: 3, Usec: 30, Level: 6, Text: "klp_a: states=1:1"},
	}
	if diff := cmp.Diff(machine.Answer{Records: want}, ans); diff != "" {
		t.Error(diff)
	}
	k.log.printk("late")
	put(t, a.files, "/proc/sys/kernel/tainted", "4608\n")
	end, err := c.End(t.Context())
	if diff := cmp.Diff([]string{"late"}, texts(end.Records)); diff != "" || end.Taint != 512 || err != nil {
		t.Error(end.Taint, err, diff)
	}
	facts, err := c.Facts(t.Context(), nil)
	if err != nil || facts.Release != "6.12.0-fake" {
		t.Error(facts, err)
	}
}

// A guest is not asked for what the client knows.
func TestClientKnowsTheConfig(t *testing.T) {
	a, _ := newGuest(t)
	c := connected(t, a)
	put(t, a.files, "/proc/config.gz", "no gzip")
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
		k.log.printk(fmt.Sprint(i, strings.Repeat("x", 4000)))
	}
	if ans := step(t, c, cmd(machine.Cat, "/proc/modules")); len(ans.Records) != 1001 {
		t.Errorf("%d records", len(ans.Records))
	}
}

// The guest's own word does not end the session.
func TestClientFaults(t *testing.T) {
	a, k := newGuest(t)
	c := connected(t, a)
	if err := c.Put(t.Context(), "../x", nil); blame.Of(err) != blame.User {
		t.Error(err)
	}
	if err := c.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.log.lose(5)
	k.log.printk("x")
	_, err := c.End(t.Context())
	var overrun *overrunError
	if !errors.As(err, &overrun) || overrun.Lost != 5 {
		t.Error(err)
	}
	if _, err := c.call(t.Context(), grace, request{Op: "dance"}); err == nil || !strings.Contains(err.Error(), "dance") {
		t.Error(err)
	}
	for _, op := range []operation{opStep, opPut, opRenew} {
		if _, err := c.call(t.Context(), grace, request{Op: op}); err == nil {
			t.Errorf("%s without its argument", op)
		}
	}
}

func TestClientIsToldOfAKernelWithoutLivepatch(t *testing.T) {
	a, _ := newGuest(t)
	os.RemoveAll(a.files.path(livepatchDir))
	host, guest := net.Pipe()
	done := make(chan error)
	go func() { done <- a.serve(guest) }()
	if _, err := newClient(t.Context(), host, nil); blame.Of(err) != blame.User {
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
			if _, err := readLine(r); err != nil {
				return
			}
			fmt.Fprintf(guest, `{"id":%d,"version":%d}`+"\n", id, protocolVersion)
		}
	}()
	c, err := newClient(t.Context(), host, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err1 := c.Step(t.Context(), cmd(machine.Cat, "/x"), time.Second)
	_, err2 := c.End(t.Context())
	_, err3 := c.Facts(t.Context(), nil)
	for _, err := range []error{err1, err2, err3} {
		if err == nil || !strings.Contains(err.Error(), "empty") {
			t.Error(err)
		}
	}
}

func TestServeRefusesGarbage(t *testing.T) {
	a, _ := newGuest(t)
	host, guest := net.Pipe()
	done := make(chan error)
	go func() { done <- a.serve(guest) }()
	io.WriteString(host, "no JSON\n")
	if err := <-done; err == nil {
		t.Error("no error")
	}
}
