// SPDX-License-Identifier: Apache-2.0

package model

import (
	"fmt"

	"github.com/klptest/klptest/cases/machine"
)

// Log levels of the kernel; include/linux/kern_levels.h.
const (
	levelErr    = 3
	levelWarn   = 4
	levelNotice = 5
	levelInfo   = 6
	levelDebug  = 7
)

// user is the facility of lines written to /dev/kmsg.
const user = 1

// kmsg is the kernel log.
type kmsg struct {
	seq     uint64
	records []machine.Record // since the last take
}

func (l *kmsg) add(facility, level int, text string) {
	l.records = append(l.records, machine.Record{Seq: l.seq, Usec: l.seq, Facility: facility, Level: level, Text: text})
	l.seq++
}

func (l *kmsg) take() []machine.Record {
	list := l.records
	l.records = nil
	return list
}

// splat logs the parts of a WARN() that distinguish it from others.
func (l *kmsg) splat(file, function string) {
	l.add(0, levelWarn, "------------[ cut here ]------------")
	l.add(0, levelWarn, fmt.Sprintf("WARNING: CPU: 0 PID: 1 at %s %s+0x0/0x0", file, function))
	l.add(0, levelWarn, "---[ end trace 0000000000000000 ]---")
}

func (l *kmsg) dumpStack() {
	l.add(0, levelWarn, "CPU: 0 PID: 1 Comm: insmod")
	l.add(0, levelWarn, "Call Trace:")
}

// logger puts a prefix before each line, as pr_fmt() does.
type logger struct {
	kmsg   *kmsg
	prefix string
}

func (l logger) printk(level int, format string, args ...any) {
	l.kmsg.add(0, level, l.prefix+fmt.Sprintf(format, args...))
}

func (l logger) err(format string, args ...any)    { l.printk(levelErr, format, args...) }
func (l logger) warn(format string, args ...any)   { l.printk(levelWarn, format, args...) }
func (l logger) notice(format string, args ...any) { l.printk(levelNotice, format, args...) }
func (l logger) info(format string, args ...any)   { l.printk(levelInfo, format, args...) }
func (l logger) debug(format string, args ...any)  { l.printk(levelDebug, format, args...) }
