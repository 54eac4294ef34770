// SPDX-License-Identifier: Apache-2.0

package vmtest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/vm/qmp/qmptest"
)

// serveAgent is an SSH server at the guest's end of the port, if the guest has
// keys; without them nobody ever answers, but notices that we hang up.
func (s Script) serveAgent(args []string, qmp io.Writer) error {
	if !strings.Contains(strings.Join(args, " "), "virtserialport") {
		return nil
	}
	file := os.NewFile(agentFD, "agent")
	conn, err := net.FileConn(file)
	if err != nil {
		return err
	}
	file.Close() // conn has a descriptor of its own
	serve := func() { io.Copy(io.Discard, conn) }
	if s.Keys != nil {
		config, err := ServerConfig(s.Keys)
		if err != nil {
			return err
		}
		serve = func() { serveConn(conn, config, Echo) }
	}
	go func() {
		serve()
		time.Sleep(s.Linger)
		io.WriteString(qmp, qmptest.Event("VSERPORT_CHANGE"))
	}()
	return nil
}

// ServerConfig makes an SSH server's configuration of the guest's files.
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
		go answer(session, requests, run)
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
