// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"bytes"
	"strings"
	"testing"

	"github.com/klptest/klptest/internal/guest/client"
)

// TestAttach: a command runs as root, and its output and exit status are returned.
func TestAttach(t *testing.T) {
	for who, want := range map[string]string{"1000": "sudo -n sh -c 'echo $HOME; false'", "0": "echo $HOME; false"} {
		s, m := newServer(t)
		s.answers["id -u"] = answer{out: who + "\n"}
		s.answers[want] = answer{out: "/root\n", err: "oh\n", status: 3}
		var out, errs bytes.Buffer
		status, err := m.Attach(t.Context(), client.Streams{In: strings.NewReader(""), Out: &out, Err: &errs}, []string{"echo $HOME; false"})
		if status != 3 || err != nil || out.String() != "/root\n" || errs.String() != "oh\n" {
			t.Errorf("user %s: status %d, %v, %q, %q; %q", who, status, err, out.String(), errs.String(), s.commands())
		}
	}
}

// TestAttachWords: arguments are quoted also for sudo's shell.
func TestAttachWords(t *testing.T) {
	s, m := newServer(t)
	s.answers["sudo -n sh -c"] = answer{}
	if _, err := m.Attach(t.Context(), client.Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}, []string{"ls", "a b"}); err != nil {
		t.Fatal(err)
	}
	if last := s.commands()[len(s.commands())-1]; last != `sudo -n sh -c 'ls '\''a b'\'''` {
		t.Error(last)
	}
}

// TestAttachShell: a user who is not root gets a shell from sudo.
func TestAttachShell(t *testing.T) {
	s, m := newServer(t)
	s.answers["sudo -n -i"] = answer{status: 7}
	status, err := m.Attach(t.Context(), client.Streams{In: strings.NewReader(""), Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}, nil)
	if last := s.commands()[len(s.commands())-1]; status != 7 || err != nil || last != "sudo -n -i" {
		t.Errorf("status %d, %v, %s", status, err, last)
	}
}
