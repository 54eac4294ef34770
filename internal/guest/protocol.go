// SPDX-License-Identifier: Apache-2.0

package guest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/blame"
)

const (
	protocolVersion = 3
	maxLine         = 1 << 20   // bytes of one line, with its newline
	maxTotal        = 32 << 20  // bytes of one answer, all lines of it
	chunkSize       = 512 << 10 // of a module; base64 makes 683 KB of it
	batchSize       = 128 << 10 // of records; escaping makes at most six times as much of it
	maxFault        = 4 << 10   // bytes of an error's text
	maxRelease      = 64        // bytes of uname -r: __NEW_UTS_LEN of include/uapi/linux/utsname.h

	pulse = 5 * time.Second // how often the agent says that it is still at a request
)

type operation string

const (
	opHello   operation = "hello"
	opFacts   operation = "facts"
	opBegin   operation = "begin"
	opStep    operation = "step"
	opEnd     operation = "end"
	opPut     operation = "put"
	opQuiesce operation = "quiesce"
	opRenew   operation = "renew"
)

// request is one line to the guest; the fields that its operation needs are
// set.
type request struct {
	ID      uint64           `json:"id"`
	Op      operation        `json:"op"`
	Version int              `json:"version,omitempty"` // hello
	Attrs   []string         `json:"attrs,omitempty"`   // facts
	Config  bool             `json:"config,omitempty"`  // facts: of the kernel's configuration, too
	Command *machine.Command `json:"command,omitempty"` // step
	Limit   time.Duration    `json:"limit_ns,omitempty"`
	Put     *chunk           `json:"put,omitempty"`
	HZ      uint64           `json:"hz,omitempty"` // quiesce
	Renew   *renewal         `json:"renew,omitempty"`
}

// chunk is a piece of a module's file.
type chunk struct {
	Name  string `json:"name"`
	Data  []byte `json:"data"`
	First bool   `json:"first,omitempty"`
}

// reply is one line from the guest. An answer is any number of lines that hold
// records, or nothing, and say that there is more, then one that holds the
// rest.
type reply struct {
	ID      uint64            `json:"id"`
	More    bool              `json:"more,omitempty"`
	Records []machine.Record  `json:"records,omitempty"`
	Fault   *fault            `json:"fault,omitempty"`
	Version int               `json:"version,omitempty"` // hello
	Facts   *machine.Facts    `json:"facts,omitempty"`
	Answer  *machine.Answer   `json:"answer,omitempty"`
	End     *machine.EndState `json:"end,omitempty"`
}

// fault is an error on its way to the host. The kernel is never to blame by
// the guest's word.
type fault struct {
	User    bool   `json:"user,omitempty"`
	Text    string `json:"text"`
	Advice  string `json:"advice,omitempty"`
	Overrun bool   `json:"overrun,omitempty"`
	Lost    uint64 `json:"lost,omitempty"`
}

func faultOf(err error) *fault {
	f := &fault{User: blame.Of(err) == blame.User, Text: err.Error()}
	if e := (*blame.Error)(nil); errors.As(err, &e) {
		f.Advice = e.Advice
	}
	if e := (*overrunError)(nil); errors.As(err, &e) {
		f.Overrun, f.Lost = true, e.Lost
	}
	return f
}

func (f *fault) err() error {
	if f.Overrun {
		return overrun(f.Lost)
	}
	e := &blame.Error{
		Party:   blame.Rig,
		Summary: clip([]byte(f.Text), maxFault),
		Advice:  clip([]byte(f.Advice), maxFault),
	}
	if f.User {
		e.Party = blame.User
	}
	return e
}

var errLongLine = fmt.Errorf("a line of more than %d bytes", maxLine)

// readLine returns the next line with its newline.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			return nil, errLongLine
		}
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case errors.Is(err, io.EOF) && len(line) > 0:
			return nil, io.ErrUnexpectedEOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// writeLine sends v as one line, in one write.
func writeLine(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	if b.Len() > maxLine {
		return errLongLine
	}
	_, err := w.Write(b.Bytes())
	return err
}

// batches splits records so that each part fits into a line.
func batches(records []machine.Record) [][]machine.Record {
	var parts [][]machine.Record
	start, size := 0, 0
	for i, r := range records {
		size += len(r.Text) + perRecord
		if size > batchSize && i > start {
			parts = append(parts, records[start:i])
			start, size = i, len(r.Text)+perRecord
		}
	}
	if start < len(records) {
		parts = append(parts, records[start:])
	}
	return parts
}
