// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/klptest/klptest/internal/exit"
)

// spin is a case whose C never finishes compiling.
const spin = "testdata/attack/spin.txtar"

// maxWait limits the wait for a build to begin: on a busy machine a guest's boot
// may come first. A run that never gets to a build ends earlier.
const maxWait = 30 * time.Minute

// storm is a kind of run that is ended at random moments.
type storm struct {
	name   string
	args   []string
	forget []string      // parts of the cache, so that they are made again
	within time.Duration // the signal comes at a random moment in this time
	boxed  bool          // the time begins when a stranger's C is compiled
}

// Half of the storms end runs while a stranger's C is built.
var storms = []storm{
	{"boxed build", []string{"run", "-j", "1", spin}, nil, time.Second, true},
	{"cases side by side", []string{"run", "-j", "2", "state-*"}, nil, 8 * time.Second, false},
	{"boxed build beside a case", []string{"run", "-j", "2", spin, "state-add"}, nil, 2 * time.Second, true},
	{"modules and template", []string{"run", "-j", "1", "state-add"}, []string{"kmods", "templates"}, 15 * time.Second, false},
	{"boxed build, twice", []string{"run", "-j", "2", spin, "testdata/attack/wait.txtar"}, nil, 3 * time.Second, true},
	{"boots", []string{"run", "-j", "2", "--fresh", "state-*"}, []string{"initramfs"}, 10 * time.Second, false},
}

// attackKills checks that a killed run leaves nothing after two seconds, and an
// interrupted run nothing once it has ended, and that the next run passes.
func attackKills(t *testing.T, home string) {
	kills, interrupts := 4, 2
	if attack(t) {
		kills, interrupts = 200, 100
	}
	childrenGetInterrupts()
	for i := range kills + interrupts {
		s, sig := storms[i%len(storms)], syscall.SIGKILL
		if i*interrupts/(kills+interrupts) != (i+1)*interrupts/(kills+interrupts) {
			sig = syscall.SIGINT
		}
		for _, kind := range s.forget {
			setAside(t, home, kind)
		}
		began := time.Now()
		status, said := s.end(t, home, sig)
		t.Logf("%d: %s, %v after %.1f s", i, s.name, sig, time.Since(began).Seconds())
		gone(t, home, 2*time.Second)
		if sig == syscall.SIGINT && status != exit.Interrupted && !ended(status, said) {
			t.Errorf("%s: exit status %d after SIGINT\n%s", s.name, status, said)
		}
		if i%25 == 24 || i == kills+interrupts-1 {
			mustPass(t, home)
		}
		for _, kind := range s.forget {
			putBack(t, home, kind)
		}
		if t.Failed() {
			t.Fatalf("%s, %v (number %d)", s.name, sig, i)
		}
	}
	if left := leftovers(t, home); left != nil {
		t.Errorf("after the last run: %q", left)
	}
}

// ended reports whether a run had all its results before the signal came: then
// its output and its status are valid.
func ended(status int, said []byte) bool {
	return status == 0 && bytes.Contains(said, []byte(" passed, 0 failed, 0 errors"))
}

// end starts a run, sends it the signal, and returns its status and output. The run
// may have ended before the signal.
func (s storm) end(t *testing.T, home string, sig syscall.Signal) (status int, said []byte) {
	t.Helper()
	cmd := klptest(home, s.args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // its state has the result
		close(done)
	}()
	if !s.await(t, home, done) {
		t.Fatalf("%s: no build came: %v\n%s", s.name, cmd.Process.Kill(), out.Bytes())
	}
	_ = cmd.Process.Signal(sig) // it may have ended
	<-done
	status = cmd.ProcessState.ExitCode()
	if state, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && state.Signaled() && state.Signal() == syscall.SIGINT {
		status = exit.Interrupted // it came before klptest waited for it
	}
	return status, out.Bytes()
}

// await waits for the moment at which to end the run. It returns false if the build
// in which to end it never begins.
func (s storm) await(t *testing.T, home string, done <-chan struct{}) bool {
	t.Helper()
	for deadline := time.Now().Add(maxWait); s.boxed && !building(t, home); time.Sleep(10 * time.Millisecond) {
		select {
		case <-done:
			return false
		default:
		}
		if time.Now().After(deadline) {
			return false
		}
	}
	select {
	case <-done:
	case <-time.After(rand.N(s.within)):
	}
	return true
}

// attackEndlessCompiler checks that a compiler that uses more than a minute of
// processor time is an error of the case.
func attackEndlessCompiler(t *testing.T, home string) {
	if !attack(t) {
		t.Skip("it takes more than a minute: KLPTEST_ATTACK=long")
	}
	out, err := klptest(home, "run", spin).CombinedOutput()
	failed, ok := err.(*exec.ExitError)
	if !ok || failed.ExitCode() != exit.Error || !bytes.Contains(out, []byte("a program took more than a minute of processor time")) {
		t.Errorf("%v\n%s", err, out)
	}
	gone(t, filepath.Join(home, "klptest"), time.Second)
}
