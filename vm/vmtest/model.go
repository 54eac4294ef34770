// SPDX-License-Identifier: Apache-2.0

package vmtest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/guest/wire"
	"github.com/klptest/klptest/internal/model"
)

// modelled answers requests to an agent with the model of a kernel's livepatch,
// so that whole runs can be tested without a kernel.
type modelled struct {
	machine.Machine
	warned bool // the module klp_selftest has warned
}

func newModelled(release string) (*modelled, error) {
	m, err := model.New(release)
	if err != nil {
		return nil, err
	}
	return &modelled{Machine: m}, nil
}

// modelOf returns the release that a kernel names.
func modelOf(args []string) (string, error) {
	image, err := os.ReadFile(args[slices.Index(args, "-kernel")+1])
	return string(image[bytes.LastIndexByte(image, '\n')+1:]), err
}

// serveModel runs the agent's subsystem in each session.
func serveModel(conn net.Conn, config *ssh.ServerConfig, m *modelled) {
	serveSessions(conn, config, func(session ssh.Channel, requests <-chan *ssh.Request) {
		defer session.Close()
		for r := range requests {
			var payload struct{ Name string }
			ok := r.Type == "subsystem" && ssh.Unmarshal(r.Payload, &payload) == nil && payload.Name == guest.Subsystem
			r.Reply(ok, nil)
			if ok {
				wire.Serve(session, m.handle)
				return
			}
		}
	})
}

func (m *modelled) handle(ctx context.Context, req wire.Request) (r wire.Reply, err error) {
	switch req.Op {
	case wire.OpHello:
		r.Version = wire.Version
	case wire.OpFacts:
		r.Facts = new(machine.Facts)
		*r.Facts, err = m.Facts(ctx, req.Attrs)
	case wire.OpBegin:
		err = m.Begin(ctx)
	case wire.OpStep:
		r.Answer = new(machine.Answer)
		*r.Answer, err = m.Step(ctx, *req.Command, req.Limit)
	case wire.OpEnd:
		r.End = new(machine.EndState)
		*r.End, err = m.End(ctx)
	}
	return r, err
}

// Step carries out the commands for the module klp_selftest, which the model
// does not know.
func (m *modelled) Step(ctx context.Context, cmd machine.Command, limit time.Duration) (machine.Answer, error) {
	if !strings.Contains(cmd.Text, "klp_selftest") {
		return m.Machine.Step(ctx, cmd, limit)
	}
	a := machine.Answer{Records: []machine.Record{{Facility: 1, Text: cmd.Marker()}}}
	for _, text := range m.selftest(cmd) {
		a.Records = append(a.Records, machine.Record{Text: text})
	}
	return a, nil
}

// selftest returns what the module logs.
func (m *modelled) selftest(cmd machine.Command) (lines []string) {
	if cmd.Verb != machine.Echo {
		return nil
	}
	if strings.HasSuffix(cmd.Text, "/warn") {
		m.warned = true
		return []string{
			"------------[ cut here ]------------",
			"WARNING: CPU: 0 PID: 1 at klp_selftest.c:1 klp_selftest_warn+0x1/0x2 [klp_selftest]",
			"---[ end trace 0000000000000000 ]---",
		}
	}
	n := 0
	fmt.Sscan(cmd.Args[0], &n)
	for i := range n {
		lines = append(lines, fmt.Sprintf("klp_selftest: record %d of %d", i+1, n))
	}
	return lines
}

// End adds the taint of the warning.
func (m *modelled) End(ctx context.Context) (machine.EndState, error) {
	const taintWarn = 1 << 9
	end, err := m.Machine.End(ctx)
	if m.warned {
		end.Taint |= taintWarn
	}
	return end, err
}
