// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/klptest/klptest/cases/machine"
)

var errRecord = errors.New("not a kernel log record")

// parseRecord reads one record of /dev/kmsg, as
// Documentation/ABI/testing/dev-kmsg describes it:
//
//	prio,seq,usec,flags[,…];text\n KEY=value\n…
//
// The text's escapes are resolved, so it may hold any bytes; the dictionary is dropped. A
// fragment continues the record before it.
func parseRecord(raw []byte) (rec machine.Record, fragment bool, err error) {
	head, rest, ok := bytes.Cut(raw, []byte(";"))
	fields := strings.Split(string(head), ",")
	if !ok || len(fields) < 4 {
		return rec, false, fmt.Errorf("%w: %.80q", errRecord, raw)
	}
	prio, err1 := strconv.ParseUint(fields[0], 10, 31)
	seq, err2 := strconv.ParseUint(fields[1], 10, 64)
	usec, err3 := strconv.ParseUint(fields[2], 10, 64)
	if err := errors.Join(err1, err2, err3); err != nil {
		return rec, false, fmt.Errorf("%w: %.80q", errRecord, raw)
	}
	text, _, _ := bytes.Cut(rest, []byte("\n"))
	rec = machine.Record{
		Seq: seq, Usec: usec,
		Facility: int(prio >> 3), Level: int(prio & 7),
		Text: unescape(text),
	}
	return rec, strings.ContainsAny(fields[3], "c+"), nil
}

// unescape resolves \xNN, the only escape that kernel/printk/printk.c makes;
// everything else stays.
func unescape(text []byte) string {
	if !bytes.Contains(text, []byte(`\x`)) {
		return string(text)
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if i+4 <= len(text) && text[i] == '\\' && text[i+1] == 'x' {
			if b, err := strconv.ParseUint(string(text[i+2:i+4]), 16, 8); err == nil {
				out = append(out, byte(b))
				i += 3
				continue
			}
		}
		out = append(out, text[i])
	}
	return string(out)
}
