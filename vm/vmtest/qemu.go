// SPDX-License-Identifier: Apache-2.0

package vmtest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/klptest/klptest/vm/qmp/qmptest"
)

// The descriptors that klptest passes to QEMU.
const (
	qmpFD     = 3
	consoleFD = 4
	agentFD   = 5
	memoryFD  = 6
)

// Main turns the process into a fake QEMU and does not return, if the program
// that QEMU returned has started it. Call it first in TestMain.
func Main() {
	path := os.Getenv(scriptEnv)
	if path == "" {
		return
	}
	if err := fakeQEMU(path, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "fake QEMU:", err)
		os.Exit(70)
	}
	os.Exit(0)
}

func fakeQEMU(path string, args []string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var s Script
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	if slices.Equal(args, []string{"--version"}) {
		_, err := fmt.Println("QEMU emulator version", cmp.Or(s.Version, "7.2.22"), "(fake)")
		return err
	}
	if err := s.register(args); err != nil {
		return err
	}
	qmp, err := inheritedQMP()
	if err != nil {
		return err
	}
	if err := s.fillMemory(args); err != nil {
		return err
	}
	port, err := s.agentPort(args, qmp)
	if err != nil {
		return err
	}
	m := player{console: os.NewFile(consoleFD, "console"), qmp: qmp, answered: make(chan string, 1000)}
	if !s.NoQMP {
		f := &fake{Script: s, qmp: qmp, port: port, incoming: slices.Contains(args, "-incoming")}
		go qmptest.Serve(qmp, qmptest.Greeting, func(c qmptest.Command) string {
			io.WriteString(qmp, f.answer(c))
			m.answered <- c.Execute
			if f.over {
				os.Exit(f.status)
			}
			return ""
		})
	}
	return m.play(s.steps(accel(args)))
}

// register records the start of the fake, and the accelerator.
func (s Script) register(args []string) error {
	if s.Runs == "" {
		return nil
	}
	f, err := os.OpenFile(s.Runs, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = fmt.Fprintln(f, os.Getpid(), accel(args))
	return err
}

func accel(args []string) string {
	i := slices.Index(args, "-accel")
	if i < 0 || i+1 == len(args) {
		return ""
	}
	name, _, _ := strings.Cut(args[i+1], ",")
	return name
}

// fake answers QMP commands.
type fake struct {
	Script
	qmp      *rightsConn
	port     *agentPort
	incoming bool // it is a clone
	over     bool // the process ends after this answer
	status   int
}

func (f *fake) answer(c qmptest.Command) string {
	f.note(c)
	if f.DieAt == c.Execute {
		fmt.Fprintln(os.Stderr, "fake QEMU: dies at", c.Execute)
		f.over, f.status = true, 1
		return ""
	}
	if f.KillAt == c.Execute {
		unix.Kill(os.Getpid(), unix.SIGKILL)
	}
	if desc, ok := f.Refuse[c.Execute]; ok {
		return c.Error("GenericError", desc)
	}
	switch c.Execute {
	case "query-cpus-fast":
		return c.Return(fmt.Sprintf(`[{"cpu-index": 0, "thread-id": %d}]`, os.Getpid()))
	case "migrate":
		return c.Return("{}") + f.saveState()
	case "migrate-incoming":
		if !f.incoming {
			return c.Error("GenericError", "'-incoming' was not specified on the command line")
		}
		return c.Return("{}") + f.loadState()
	case "quit":
		f.over = true
	}
	return c.Return("{}")
}

func (s Script) steps(accel string) []Step {
	if accel == "kvm" && s.KVM != nil {
		return s.KVM
	}
	return s.Steps
}

// player carries out the steps.
type player struct {
	console  *os.File
	qmp      io.Closer
	answered chan string // the QMP commands so far
}

func (m player) play(steps []Step) error {
	for _, step := range append(steps, Step{Hang: true}) {
		if err := m.do(step); err != nil {
			return err
		}
	}
	return nil
}

func (m player) do(s Step) error {
	switch {
	case s.Exit != nil:
		os.Exit(*s.Exit)
	case s.Hangup:
		return m.qmp.Close()
	case s.Hang:
		time.Sleep(time.Hour) // longer than any test
	case s.Flood > 0:
		return flood(m.console, s.Flood)
	case s.After != "":
		for s.After != <-m.answered {
		}
	}
	time.Sleep(s.Sleep)
	fmt.Fprint(os.Stderr, s.Stderr)
	_, err := m.console.WriteString(s.Print)
	return err
}

func flood(console *os.File, mib int) error {
	line := strings.Repeat("x", 1023) + "\n"
	block := []byte(strings.Repeat(line, 1<<20/len(line)))
	for range mib {
		if _, err := console.Write(block); err != nil {
			return err
		}
	}
	return nil
}
