// SPDX-License-Identifier: Apache-2.0

package vmtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/vm/qmp/qmptest"
)

// agentPort is the guest's end of the port to its agent.
type agentPort struct {
	script Script
	conn   net.Conn // nil: there is no such port
	qmp    io.Writer
	keys   map[string][]byte // of its SSH server
}

// agentPort starts to serve the port, except for a clone of a modelled guest:
// its keys come with the device state. A guest without keys never answers, but
// notices that we hang up.
func (s Script) agentPort(args []string, qmp io.Writer) (*agentPort, error) {
	p := &agentPort{script: s, qmp: qmp, keys: s.Keys}
	if !strings.Contains(strings.Join(args, " "), "virtserialport") {
		return p, nil
	}
	file := os.NewFile(agentFD, "agent")
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	file.Close() // conn has a descriptor of its own
	p.conn = conn
	switch {
	case s.Model == "":
		return p, p.serve()
	case slices.Contains(args, "-incoming"):
		return p, nil
	}
	if p.keys, err = keysIn(args[slices.Index(args, "-initrd")+1]); err != nil {
		return nil, err
	}
	if s.Model == OfKernel {
		if p.script.Model, err = modelOf(args); err != nil {
			return nil, err
		}
	}
	return p, p.serve()
}

func (p *agentPort) serve() error {
	serve := func() { io.Copy(io.Discard, p.conn) }
	if p.keys != nil {
		config, err := ServerConfig(p.keys)
		if err != nil {
			return err
		}
		serve = func() { serveConn(p.conn, config, Echo) }
		if p.script.Model != "" {
			m, err := newModelled(p.script.Model)
			if err != nil {
				return err
			}
			serve = func() { serveModel(p.conn, config, m) }
		}
	}
	go func() {
		serve()
		time.Sleep(p.script.Linger)
		io.WriteString(p.qmp, qmptest.Event("VSERPORT_CHANGE"))
	}()
	return nil
}

// state returns what a modelled guest needs to continue.
func (p *agentPort) state() string {
	if p.script.Model == "" {
		return ""
	}
	text, _ := json.Marshal(modelState{p.keys, p.script.Model}) // none of its fields can fail
	return string(text)
}

// restore continues from that state.
func (p *agentPort) restore(state string) error {
	switch {
	case p.script.Model == "" && state != "":
		return errors.New("a longer state than there is")
	case p.script.Model == "":
		return nil
	}
	var m modelState
	if err := json.Unmarshal([]byte(state), &m); err != nil {
		return err
	}
	p.keys, p.script.Model = m.Keys, m.Model
	return p.serve()
}

type modelState struct {
	Keys  map[string][]byte
	Model string
}

// ServerConfig makes an SSH server's configuration from the guest's files.
func ServerConfig(files map[string][]byte) (*ssh.ServerConfig, error) {
	host, err := ssh.ParsePrivateKey(files[guest.HostKey])
	if err != nil {
		return nil, err
	}
	client, _, _, _, err := ssh.ParseAuthorizedKey(files[guest.AuthorizedKeys])
	if err != nil {
		return nil, err
	}
	config := &ssh.ServerConfig{
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if !bytes.Equal(key.Marshal(), client.Marshal()) {
				return nil, errors.New("not this key")
			}
			return nil, nil
		},
	}
	config.AddHostKey(host)
	return config, nil
}

// Echo answers a command with the command itself.
func Echo(command string) string { return command }

// ServeSSH accepts connections until the listener is closed. A session runs
// one command; several may run at once.
func ServeSSH(l net.Listener, config *ssh.ServerConfig, run func(command string) (output string)) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go serveConn(conn, config, run)
	}
}

func serveConn(conn net.Conn, config *ssh.ServerConfig, run func(string) string) {
	serveSessions(conn, config, func(session ssh.Channel, requests <-chan *ssh.Request) { answer(session, requests, run) })
}

// serveSessions serves each session of a connection, until the connection ends.
func serveSessions(conn net.Conn, config *ssh.ServerConfig, serve func(ssh.Channel, <-chan *ssh.Request)) {
	defer conn.Close()
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for c := range channels {
		session, requests, err := c.Accept()
		if err != nil {
			return
		}
		go serve(session, requests)
	}
}

func answer(session ssh.Channel, requests <-chan *ssh.Request, run func(string) string) {
	defer session.Close()
	for r := range requests {
		var exec struct{ Command string }
		if r.Type != "exec" || ssh.Unmarshal(r.Payload, &exec) != nil {
			r.Reply(false, nil)
			continue
		}
		r.Reply(true, nil)
		io.WriteString(session, run(exec.Command))
		session.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{0}))
		return
	}
}
