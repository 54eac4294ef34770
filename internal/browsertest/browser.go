// SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// limit is how long the browser may take for one answer.
const limit = time.Minute

// Browser is a Chromium with a page.
type Browser struct {
	t       testing.TB
	to      io.Writer
	answers chan answer
	session string
	n       int
}

// answer is a message from the browser. A message without an ID is an event.
type answer struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
}

// Start starts a browser for the rest of the test, with an empty profile and no
// network. It skips the test if there is no Chromium.
func Start(t testing.TB) *Browser {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium here: .ci/deps html")
	}
	fromUs, to := pipe(t)
	from, fromIt := pipe(t)
	cmd := exec.Command(program, "--headless", "--disable-gpu", "--no-first-run", "--no-sandbox", "--remote-debugging-pipe",
		"--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir="+t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.ExtraFiles = []*os.File{fromUs, fromIt} // descriptors 3 and 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	b := &Browser{t: t, to: to, answers: make(chan answer)}
	go b.read(from)
	t.Cleanup(func() { b.stop(cmd) })
	fromUs.Close()
	fromIt.Close()
	b.open()
	return b
}

// stop makes the browser end its processes, which write to the profile until then. A
// browser that does not obey is killed, with all of them.
func (b *Browser) stop(cmd *exec.Cmd) {
	late := time.AfterFunc(limit, func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // they may have ended
	})
	defer late.Stop()
	b.session = ""
	if err := b.call("Browser.close", nil, nil); err != nil {
		b.t.Errorf("Browser.close: %v", err)
	}
	for range b.answers {
	}
	if err := cmd.Wait(); err != nil {
		b.t.Errorf("chromium: %v", err)
	}
}

func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

// read passes the answers on until the browser ends; messages end with a zero byte.
func (b *Browser) read(from io.Reader) {
	r := bufio.NewReader(from)
	for {
		text, err := r.ReadBytes(0)
		if err != nil {
			close(b.answers)
			return
		}
		var a answer
		if json.Unmarshal(text[:len(text)-1], &a) != nil || a.ID == 0 {
			continue
		}
		b.answers <- a
	}
}

// open opens a page. All further calls go to it.
func (b *Browser) open() {
	b.t.Helper()
	var target struct{ TargetID string }
	b.Call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var session struct{ SessionID string }
	b.Call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	b.session = session.SessionID
}

// Call calls a method of the protocol; result may be nil.
func (b *Browser) Call(method string, params map[string]any, result any) {
	b.t.Helper()
	if err := b.call(method, params, result); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
}

func (b *Browser) call(method string, params map[string]any, result any) error {
	b.n++
	message := map[string]any{"id": b.n, "method": method, "params": params}
	if b.session != "" {
		message["sessionId"] = b.session
	}
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		return err
	}
	late := time.After(limit)
	for {
		select {
		case a, ok := <-b.answers:
			switch {
			case !ok:
				return errors.New("chromium has ended")
			case a.ID != b.n:
				continue
			case a.Error != nil:
				return errors.New(string(a.Error))
			case result == nil:
				return nil
			}
			return json.Unmarshal(a.Result, result)
		case <-late:
			return fmt.Errorf("no answer within %s", limit)
		}
	}
}
