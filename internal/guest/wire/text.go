// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"unicode/utf8"

	"github.com/klptest/klptest/cases/machine"
	"github.com/klptest/klptest/internal/printable"
)

// escape writes bytes that are not UTF-8 as \xNN, as transcripts show them. JSON would
// make all of them U+FFFD, so that different bytes became the same text.
func (r *Reply) escape() {
	for _, s := range r.texts() {
		*s = escaped(*s)
	}
	if r.Facts != nil {
		for name, value := range r.Facts.Config {
			r.Facts.Config[name] = escaped(value)
		}
	}
}

func escaped(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return printable.Hex(s, func(rune) bool { return true })
}

// texts returns the texts of a reply that the kernel, its files or a command wrote.
func (r *Reply) texts() (list []*string) {
	list = recordTexts(r.Records)
	if a := r.Answer; a != nil {
		list = append(append(list, &a.Output, &a.Errno), recordTexts(a.Records)...)
		list = append(list, stallTexts(a.Stall)...)
	}
	if e := r.End; e != nil {
		list = append(append(list, &e.Leaks), recordTexts(e.Records)...)
		list = append(list, each(e.Modules, e.Patches, e.Functions)...)
	}
	if s := r.Survey; s != nil {
		list = append(list, &s.Release, &s.Version, &s.Boot, &s.Cmdline, &s.Lockdown)
		list = append(list, each(s.Lacks, s.Modules, s.Patches)...)
	}
	if r.Facts != nil {
		list = append(list, &r.Facts.Release)
	}
	if r.Fault != nil {
		list = append(list, &r.Fault.Text, &r.Fault.Advice)
	}
	return list
}

func recordTexts(records []machine.Record) (list []*string) {
	for i := range records {
		list = append(list, &records[i].Text)
	}
	return list
}

func stallTexts(s *machine.Stall) []*string {
	if s == nil {
		return nil
	}
	list := []*string{&s.What, &s.Sysfs}
	for i := range s.Tasks {
		list = append(list, &s.Tasks[i].Comm, &s.Tasks[i].Stack)
	}
	return list
}

func each(lists ...[]string) (all []*string) {
	for _, list := range lists {
		for i := range list {
			all = append(all, &list[i])
		}
	}
	return all
}
