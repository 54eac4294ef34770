// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkClone makes templates and clones of a real kernel and reports medians:
//
//	snapshot-ms   from the last closed connection to a template on the disk
//	open-ms       OpenTemplate
//	clone-ms      Clone
//	clone-ssh-ms  from there until SSH has connected
//	answer-ms     from there until a command has answered
//	guest-cpu-ms  what the virtual processors have used until then, which other
//	              load of the host does not affect
//	close-ms      Close
//	pss-first-MB  the memory of one idle clone
//	pss-MB        what each of seven further idle clones adds
//
// It needs the environment of the integration tests.
func BenchmarkClone(b *testing.B) {
	for _, cpus := range []int{1, 2} {
		b.Run(fmt.Sprintf("cpus=%d", cpus), func(b *testing.B) {
			spec := integration(b)
			spec.CPUs = cpus
			m := medians{}
			tmpl := benchTemplate(b, spec, m)
			for b.Loop() {
				benchClone(b, tmpl, m)
			}
			benchIdle(b, tmpl, m)
			m.report(b)
		})
	}
}

type medians map[string][]float64

func (m medians) add(name string, value float64) { m[name] = append(m[name], value) }

// since records the time since start in milliseconds, and resets start.
func (m medians) since(name string, start *time.Time) {
	now := time.Now()
	m.add(name, float64(now.Sub(*start).Microseconds())/1000)
	*start = now
}

func (m medians) report(b *testing.B) {
	b.ReportMetric(0, "ns/op") // the mean is of no use
	for name, values := range m {
		slices.Sort(values)
		b.ReportMetric(values[(len(values)-1)/2], name)
	}
}

// benchTemplate boots a machine and makes a template of it.
func benchTemplate(b *testing.B, spec Spec, m medians) *Template {
	b.Helper()
	spec.Template = b.TempDir()
	v, err := Start(b.Context(), spec)
	if err != nil {
		b.Fatal(err)
	}
	defer v.Close()
	client, err := v.SSH(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	runSSH(b, client, "warm")
	client.Close()
	start := time.Now()
	if err := v.Snapshot(b.Context(), "key"); err != nil {
		b.Fatal(err)
	}
	m.since("snapshot-ms", &start)
	tmpl, err := OpenTemplate(spec.Template, spec, "key")
	if err != nil {
		b.Fatal(err)
	}
	m.since("open-ms", &start)
	b.Cleanup(func() { tmpl.Close() })
	return tmpl
}

func benchClone(b *testing.B, tmpl *Template, m medians) {
	b.Helper()
	start := time.Now()
	v, err := tmpl.Clone(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	m.since("clone-ms", &start)
	client, err := v.SSH(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	m.since("clone-ssh-ms", &start)
	if out := runSSH(b, client, "hello"); out != "hello" {
		b.Fatalf("answer %q", out)
	}
	m.since("answer-ms", &start)
	cpu, err := v.CPUTime()
	if err != nil {
		b.Fatal(err)
	}
	m.add("guest-cpu-ms", float64(cpu.Run.Microseconds())/1000)
	start = time.Now()
	client.Close()
	if err := v.Close(); err != nil {
		b.Fatal(err)
	}
	m.since("close-ms", &start)
}

// benchIdle measures eight clones that have answered once.
func benchIdle(b *testing.B, tmpl *Template, m medians) {
	b.Helper()
	var total []float64
	clones := make([]*VM, 8)
	for i := range clones {
		v, err := tmpl.Clone(b.Context(), b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		defer v.Close()
		client, err := v.SSH(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		defer client.Close()
		runSSH(b, client, "hello")
		clones[i] = v
		total = append(total, pss(b, clones[:i+1]))
	}
	m.add("pss-first-MB", total[0])
	m.add("pss-MB", (total[7]-total[0])/7)
}

// pss returns the memory of all the machines. It counts shared pages once.
func pss(b *testing.B, vms []*VM) (total float64) {
	b.Helper()
	for _, v := range vms {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", v.process.Pid()))
		if err != nil {
			b.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			var kB float64
			if n, _ := fmt.Sscanf(line, "Pss: %f kB", &kB); n == 1 {
				total += kB / 1000
			}
		}
	}
	return total
}
