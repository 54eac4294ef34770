// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klptest/klptest/cases/machine"
)

const (
	Version    = 7
	MaxLine    = 1 << 20   // bytes of one line, with its newline
	MaxTotal   = 32 << 20  // bytes of one answer, all its lines
	ChunkSize  = 512 << 10 // bytes of a file; 683 KB in base64
	batchSize  = 128 << 10 // bytes of records; escaped, at most six times as many
	MaxFault   = 4 << 10   // bytes of an error's text
	perRecord  = 64        // bytes that a record costs on top of its text
	MaxRelease = 64        // bytes of uname -r: __NEW_UTS_LEN of include/uapi/linux/utsname.h

	Pulse = 500 * time.Millisecond // of the guest: how often the agent says that it still handles a request
)

type Operation string

const (
	OpHello    Operation = "hello"
	OpFacts    Operation = "facts"
	OpBegin    Operation = "begin"
	OpStep     Operation = "step"
	OpEnd      Operation = "end"
	OpPut      Operation = "put"
	OpReset    Operation = "reset"    // the kernel's counters
	OpCounters Operation = "counters" // read them
	OpQuiesce  Operation = "quiesce"
	OpRenew    Operation = "renew"
	OpSurvey   Operation = "survey"
)

// Request is one line to the guest; only the fields that its operation needs
// are set.
type Request struct {
	ID      uint64           `json:"id"`
	Op      Operation        `json:"op"`
	Version int              `json:"version,omitempty"` // hello
	Jumps   bool             `json:"jumps,omitempty"`   // hello: the guest must not be idle between requests
	Attrs   []string         `json:"attrs,omitempty"`   // facts
	Config  bool             `json:"config,omitempty"`  // facts: the kernel's configuration, too
	Command *machine.Command `json:"command,omitempty"` // step
	Limit   time.Duration    `json:"limit_ns,omitempty"`
	Put     *Chunk           `json:"put,omitempty"`
	Names   []string         `json:"names,omitempty"` // counters: the ends of their files' paths
	HZ      uint64           `json:"hz,omitempty"`    // quiesce
	Renew   *Renewal         `json:"renew,omitempty"`
}

// Chunk is a piece of a module's file, or of another file of a test; or a file of
// counters, as a whole.
type Chunk struct {
	Name  string `json:"name"`
	File  bool   `json:"file,omitempty"` // Name is that of a file below guest.CaseFiles
	Data  []byte `json:"data"`
	First bool   `json:"first,omitempty"`
}

// Renewal distinguishes a clone from its template.
type Renewal struct {
	Seed []byte    `json:"seed"`
	Now  time.Time `json:"now"`
}

// Reply is one line from the guest. An answer is any number of lines that
// announce more, with records, counters or nothing, then one line with the rest.
type Reply struct {
	ID       uint64            `json:"id"`
	More     bool              `json:"more,omitempty"`
	Elapsed  time.Duration     `json:"elapsed_ns,omitempty"` // sign of life: since the request came, by the guest's time
	Records  []machine.Record  `json:"records,omitempty"`
	Counters []Chunk           `json:"counters,omitempty"`
	Fault    *fault            `json:"fault,omitempty"`
	Version  int               `json:"version,omitempty"` // hello
	Facts    *machine.Facts    `json:"facts,omitempty"`
	Answer   *machine.Answer   `json:"answer,omitempty"`
	End      *machine.EndState `json:"end,omitempty"`
	Survey   *Survey           `json:"survey,omitempty"`
}

var errLongLine = fmt.Errorf("a line of more than %d bytes", MaxLine)

// ReadLine returns the next line with its newline.
func ReadLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > MaxLine {
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

// WriteLine sends v as one line, in one write.
func WriteLine(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	if b.Len() > MaxLine {
		return errLongLine
	}
	_, err := w.Write(b.Bytes())
	return err
}

// batches splits records into parts that each fit into a line.
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

// takeRecords takes the records out of an answer, for lines of their own.
func (r *Reply) takeRecords() (records []machine.Record) {
	switch {
	case r.Answer != nil:
		records, r.Answer.Records = r.Answer.Records, nil
	case r.End != nil:
		records, r.End.Records = r.End.Records, nil
	}
	return records
}
