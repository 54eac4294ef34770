// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/klptest/klptest/internal/arch"
	"github.com/klptest/klptest/internal/blame"
	"github.com/klptest/klptest/internal/bounded"
	"github.com/klptest/klptest/internal/guest"
	"github.com/klptest/klptest/internal/patience"
	"github.com/klptest/klptest/internal/printable"
)

const (
	askLimit    = 30 * time.Second // for a short command on the machine
	sendLimit   = 5 * time.Minute  // for copying the agent
	removeLimit = 2 * time.Second  // for removing it while a user waits who has interrupted the run
	maxSaid     = 4 << 10          // bytes of output of such a command
)

// said is the output and the exit status of a command on the machine.
type said struct {
	out, err string
	status   int
}

// line is an SSH connection as the user.
type line struct {
	*ssh.Client
	starved func() time.Duration // see Machine
}

// ask runs a command in the user's shell on the machine. The owner of conn must close it
// after an error.
func ask(ctx context.Context, conn line, limit time.Duration, in io.Reader, command string) (said, error) {
	ctx, cancel := patience.WithTimeoutCause(ctx, limit, conn.starved, blame.Rigf("the machine did not end a command within %v: %s", limit, command))
	defer cancel()
	return patience.Within(ctx, func() (said, error) { return run(ctx, conn, in, command) })
}

// run is ask without a limit: the end of ctx ends the command only if the machine answers.
func run(ctx context.Context, conn line, in io.Reader, command string) (said, error) {
	s, err := conn.NewSession()
	if err != nil {
		return said{}, err
	}
	defer s.Close()
	ctx, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	stop := context.AfterFunc(ctx, func() { s.Close() })
	defer stop()
	var out, errs bytes.Buffer
	short := func(to *bytes.Buffer) io.Writer {
		return &bounded.Writer{W: to, Left: maxSaid, Full: func() { // the machine would block until the rest is read
			giveUp(blame.Rigf("the machine answers with more than %d bytes: %s", maxSaid, command))
		}}
	}
	s.Stdin, s.Stdout, s.Stderr = in, short(&out), short(&errs)
	err = s.Run(command)
	if ctx.Err() != nil {
		return said{}, context.Cause(ctx)
	}
	r := said{out: strings.TrimSpace(out.String()), err: strings.TrimSpace(errs.String())}
	exit, ended := errors.AsType[*ssh.ExitError](err)
	switch {
	case err == nil:
		return r, nil
	case ended:
		r.status = max(exit.ExitStatus(), 1) // it is 0 after a signal
		return r, nil
	}
	return r, err
}

// lastLine is the last line of the output. The user's profile may print lines before it.
func (s said) lastLine() string { return s.out[strings.LastIndexByte(s.out, '\n')+1:] }

// lastError is the last line of stderr.
func (s said) lastError() string {
	text := strings.TrimSpace(s.err)
	return printable.Line(text[strings.LastIndexByte(text, '\n')+1:])
}

// why is the reason why a command failed.
func (s said) why() string {
	if s.err == "" {
		return fmt.Sprintf("exit status %d", s.status)
	}
	return s.lastError()
}

// privileges returns the prefix that makes a command run as root: nothing or sudo.
func privileges(ctx context.Context, conn line, t Target) (prefix string, err error) {
	who, err := ask(ctx, conn, askLimit, nil, "id -u")
	switch {
	case err != nil:
		return "", err
	case who.lastLine() == "0":
		return "", nil
	case who.status != 0 || strings.Trim(who.lastLine(), "0123456789") != "" || who.out == "":
		return "", blame.AdviseUserf("let the key run commands: see command= in authorized_keys, ForceCommand in sshd_config, and the user's shell",
			"%s does not run what it is asked to: id -u printed %q", t, printable.Line(who.lastLine()))
	}
	may, err := ask(ctx, conn, askLimit, nil, "sudo -n true")
	if err == nil && may.status != 0 {
		err = withoutSudo(t, may)
	}
	return "sudo -n ", err
}

// withoutSudo is the error for a user who cannot become root. It looks for the
// messages of sudo and of shells.
func withoutSudo(t Target, s said) error {
	advice := "log in as root, or let the user: echo '" + t.User + " ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/" + t.User
	switch {
	case s.status == 127, strings.Contains(s.err, "not found"):
		return blame.AdviseUserf("log in as root, or install sudo there", "%s is not root, and there is no sudo", t)
	case strings.Contains(s.err, "password"):
		return blame.AdviseUserf(advice, "sudo asks %s for a password, which klptest does not type", t)
	}
	return blame.AdviseUserf(advice, "%s may not sudo: %s", t, s.why())
}

// Reboot reboots the machine, which may hang up before it answers.
func (m *Machine) Reboot(ctx context.Context) error {
	conn, err := m.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	prefix, err := privileges(ctx, conn, m.Target)
	if err != nil {
		return err
	}
	s, err := ask(ctx, conn, askLimit, nil, prefix+"reboot")
	if err == nil && s.err != "" && s.status != 0 {
		return blame.Userf("%s does not reboot: %s", m.Target, s.why())
	}
	if ctx.Err() != nil {
		return err
	}
	return nil
}

// checkArch rejects a machine on which this program cannot run.
func checkArch(ctx context.Context, conn line, t Target) error {
	s, err := ask(ctx, conn, askLimit, nil, "uname -m")
	if want := arch.Default().Name; err == nil && s.lastLine() != want {
		return blame.Userf("%s is %s: only %s machines can be tested", t, printable.Line(s.lastLine()), want)
	}
	return err
}

// deploy copies the program to the machine if it can run there. The prefix makes a
// command run as root.
func (m *Machine) deploy(ctx context.Context, conn line) (prefix, path string, err error) {
	if prefix, err = privileges(ctx, conn, m.Target); err != nil {
		return "", "", err
	}
	if err = checkArch(ctx, conn, m.Target); err != nil {
		return "", "", err
	}
	path, err = send(ctx, conn, m.Target, m.Program)
	return prefix, path, err
}

// send copies the program into a new directory on the machine and returns its path.
func send(ctx context.Context, conn line, t Target, program string) (path string, err error) {
	file, err := os.Open(program)
	if err != nil {
		return "", err
	}
	defer file.Close()
	made, err := ask(ctx, conn, askLimit, nil, "umask 077; mktemp -d /tmp/"+guest.StreamDir+"XXXXXXXXXX")
	if err == nil && made.status != 0 {
		err = noRoom(t, made)
	}
	if err != nil {
		return "", err
	}
	dir := made.lastLine()
	if !strings.HasPrefix(dir, "/tmp/"+guest.StreamDir) || strings.Trim(dir[len("/tmp/"):], letters) != "" {
		return "", blame.Rigf("mktemp of %s printed %q", t, printable.Line(dir))
	}
	path = dir + "/klptest"
	sent, err := ask(ctx, conn, sendLimit, file, "cat > "+path+" && chmod 700 "+path)
	if err == nil && sent.status != 0 {
		err = noRoom(t, sent)
	}
	if err != nil {
		remove(ctx, conn, path)
	}
	return path, err
}

// letters are the characters in names that mktemp makes.
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

// remove removes what send created, even after an interrupt. A running agent does this
// itself.
func remove(ctx context.Context, conn line, path string) {
	limit := askLimit
	if ctx.Err() != nil {
		limit = removeLimit
	}
	_, _ = ask(context.WithoutCancel(ctx), conn, limit, nil, "rm -rf "+strings.TrimSuffix(path, "/klptest")) // the earlier error says more
}

func noRoom(t Target, s said) error {
	if strings.Contains(s.err, "No space left") {
		return blame.AdviseUserf("klptest needs some 30 MB in /tmp there", "the disk of %s is full: %s", t, s.why())
	}
	return blame.AdviseUserf("klptest puts its agent there; it must be possible to write to it", "%s takes no file in /tmp: %s", t, s.why())
}
