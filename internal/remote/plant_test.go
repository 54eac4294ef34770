// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/klptest/klptest/internal/blame"
)

const plantLine = "sudo -n /tmp/klptest-agent.a1B2/klptest agent-at-port"

func TestPlant(t *testing.T) {
	s, m := newServer(t)
	s.answers[plantLine] = answer{}
	if err := m.Plant(t.Context(), []byte("keys")); err != nil {
		t.Fatal(err)
	}
	want := []string{"id -u", "sudo -n true", "uname -m", "umask 077; mktemp -d /tmp/klptest-agent.XXXXXXXXXX",
		"cat > /tmp/klptest-agent.a1B2/klptest && chmod 700 /tmp/klptest-agent.a1B2/klptest", plantLine}
	if diff := cmp.Diff(want, s.commands()); diff != "" {
		t.Error(diff)
	}
}

func TestPlantThatFails(t *testing.T) {
	for said, want := range map[string]string{
		"no virtio port klptest in 2s: is the driver virtio_console missing?":        "has no driver virtio_console, by which klptest reaches clones",
		"sudo: a password is required":                                               "sudo asks me@",
		"sudo: unable to execute /tmp/klptest-agent.a1B2/klptest: Permission denied": "cannot be started on me@",
	} {
		s, m := newServer(t)
		s.answers[plantLine] = answer{err: said + "\n", status: 1}
		wantUser(t, m.Plant(t.Context(), nil), want)
		if last := s.commands()[len(s.commands())-1]; last != "rm -rf /tmp/klptest-agent.a1B2" {
			t.Errorf("the last command was %s", last)
		}
	}
	s, m := newServer(t)
	s.answers[plantLine] = answer{err: "keys: EOF\n", status: 1}
	if err := m.Plant(t.Context(), nil); blame.Of(err) != blame.Rig || !strings.HasSuffix(err.Error(), "ended: keys: EOF") {
		t.Error(err)
	}
}
