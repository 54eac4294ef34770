// SPDX-License-Identifier: Apache-2.0

package console

import (
	"regexp"
	"strconv"

	"github.com/klptest/klptest/internal/emulator"
	"github.com/klptest/klptest/internal/printable"
	"github.com/klptest/klptest/internal/splat"
)

const maxSplats = 1000

// watch is what the lines have shown so far.
type watch struct {
	splats   []splat.Splat
	headline string // the first line that says what the kernel died of
	crashed  bool   // a panic or an oops was among the lines
	marked   bool   // the kernel's lines have a facility
	emulator emulator.Watch
}

// line examines the next line.
func (w *watch) line(line string) {
	text, ok := w.kernelText(line)
	if !ok {
		return
	}
	w.emulator.Line(text)
	if s, ok := splat.Match(text); ok {
		w.record(s, text)
	}
}

func (w *watch) record(s splat.Splat, text string) {
	if len(w.splats) < maxSplats {
		w.splats = append(w.splats, s)
	}
	crash := s.Fatal || s.Kind == splat.Oops
	w.crashed = w.crashed || crash
	// The panic comes after the oops that led to it, so the first line is the
	// cause.
	if w.headline == "" && (crash || s.Kind == splat.Bug) {
		w.headline = printable.Text(text)
	}
}

func (w *watch) crash() string {
	if !w.crashed {
		return ""
	}
	return w.headline
}

// printkLine matches the prefix that printk writes with console_msg_format=syslog:
// facility and level, the time, and with CONFIG_PRINTK_CALLER the task or processor
// (kernel/printk/printk.c: print_syslog, print_time, print_caller). Until the
// kernel has read that argument, facility and level are missing.
var printkLine = regexp.MustCompile(`^(?:<(\d{1,9})>)?(?:\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? )?`)

// kernelText returns the text of a line that the kernel itself has written. A line
// that user space writes to /dev/kmsg has a facility other than 0 (devkmsg_write);
// one that it prints has none. The kernel's first lines have none either, but then
// there is no user space yet.
func (w *watch) kernelText(line string) (text string, ok bool) {
	m := printkLine.FindStringSubmatchIndex(line)
	text = line[m[1]:]
	if m[2] < 0 {
		return text, !w.marked
	}
	w.marked = true
	priority, _ := strconv.Atoi(line[m[2]:m[3]])
	return text, priority>>3 == 0
}

// unmarked returns a line without facility and level, for people.
func unmarked(line string) string {
	if m := printkLine.FindStringSubmatchIndex(line); m[2] >= 0 {
		return line[m[3]+1:]
	}
	return line
}
