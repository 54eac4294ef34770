// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// TestIntegrationClones boots one guest, which becomes the template of all others.
func TestIntegrationClones(t *testing.T) {
	spec := integration(t)
	spec.Template = filepath.Join(t.TempDir(), "unfinished")
	if err := os.Mkdir(spec.Template, 0o700); err != nil {
		t.Fatal(err)
	}
	v := started(t, spec)
	client := login(t, v)
	runSSH(t, client, "fill t")
	client.Close()
	start := time.Now()
	if err := v.Snapshot(t.Context(), "key"); err != nil {
		t.Fatal(err)
	}
	t.Logf("snapshot within %s", time.Since(start))
	final := filepath.Join(filepath.Dir(spec.Template), "template")
	if err := os.Rename(spec.Template, final); err != nil {
		t.Fatal(err)
	}
	spec.Template = final
	tmpl := opened(t, spec)
	t.Run("do not see each other", func(t *testing.T) { realSideBySide(t, tmpl) })
	t.Run("live on", func(t *testing.T) { realLater(t, tmpl) })
	t.Run("panic alone", func(t *testing.T) { realPanic(t, tmpl) })
	t.Run("with less state are refused", func(t *testing.T) { realRefusal(t, tmpl) })
	opened(t, spec) // nothing has changed
}

func login(t *testing.T, v *VM) *ssh.Client {
	t.Helper()
	client, err := v.SSH(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// realSideBySide has clones a and b write to the same memory, and starts c later.
func realSideBySide(t *testing.T, tmpl *Template) {
	a, b := login(t, cloned(t, tmpl)), login(t, cloned(t, tmpl))
	runSSH(t, a, "fill a")
	if got := runSSH(t, b, "what"); got != "t" {
		t.Errorf("b sees %q, not the template's", got)
	}
	runSSH(t, b, "fill b")
	c := login(t, cloned(t, tmpl))
	for want, client := range map[string]*ssh.Client{"a": a, "b": b, "t": c} {
		if got := runSSH(t, client, "what"); got != want {
			t.Errorf("%s sees %q", want, got)
		}
	}
}

// realLater tests a clone that has run for some time, and a new clone of the
// template at that time.
func realLater(t *testing.T, tmpl *Template) {
	start := time.Now()
	v := cloned(t, tmpl)
	ran := time.Since(start)
	client := login(t, v)
	t.Logf("a clone runs after %s, SSH after %s", ran, time.Since(start))
	for _, age := range []time.Duration{time.Second, 10 * time.Second} {
		time.Sleep(time.Until(start.Add(age)))
		if got := runSSH(t, client, "still there"); got != "still there" {
			t.Errorf("after %s: %q", age, got)
		}
		if got := runSSH(t, login(t, cloned(t, tmpl)), "what"); got != "t" {
			t.Errorf("a clone after %s sees %q", age, got)
		}
	}
	if splats := v.Console().Splats(); len(splats) > 0 {
		t.Errorf("%v\n%s", splats, v.Console().Tail(tailSize))
	}
}

func realPanic(t *testing.T, tmpl *Template) {
	victim, other := cloned(t, tmpl), login(t, cloned(t, tmpl))
	client := login(t, victim)
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Run("crash"); err == nil {
		t.Error("no crash")
	}
	if e := died(t, victim); !strings.Contains(e.Error(), "sysrq triggered crash") {
		t.Errorf("died of %v", e)
	}
	if got := runSSH(t, other, "what"); got != "t" {
		t.Errorf("the other sees %q", got)
	}
}

// realRefusal tests damage that no checksum has found.
func realRefusal(t *testing.T, tmpl *Template) {
	memory, _, err := tmpl.share()
	if err != nil {
		t.Fatal(err)
	}
	half := &Template{config: tmpl.config, accel: tmpl.accel, memory: memory, state: tmpl.state[:len(tmpl.state)/2]}
	defer half.Close()
	v, err := half.Clone(t.Context(), t.TempDir())
	if v != nil || !errors.Is(err, ErrStale) || !strings.Contains(err.Error(), "QEMU ended") {
		t.Errorf("%v, error %v", v, err)
	}
	t.Log(err)
}
