// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// soakJobs are the values of -j that a soak uses in turn on each kernel.
var soakJobs = []int{2, 4}

// soak runs cases on a kernel many times in random order, under a load on all
// processors, while klptest and its QEMUs are stopped and continued. No FAIL is
// confirmed: the first verdict that is not PASS or SKIP ends the soak.
type soak struct {
	kernel string
	jobs   int
	runs   int
	cases  []string // none: all shipped ones
	seed   uint64   // of the orders, and of what is stopped when

	out strings.Builder // of the running klptest
}

// TestIntegrationSoak runs cases by the thousand if KLPTEST_SOAK asks for it, on the
// kernels of KLPTEST_SOAK_KERNELS (make soak), and otherwise a few of them.
func TestIntegrationSoak(t *testing.T) {
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to boot guests")
	}
	kernels, runs := []string{defaultKernel}, 16
	selected := []string{"state-*"}
	if text := os.Getenv("KLPTEST_SOAK"); text != "" {
		var err error
		if runs, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
		kernels, selected = strings.Fields(os.Getenv("KLPTEST_SOAK_KERNELS")), nil
	}
	seed := soakSeed(t)
	each := (runs + len(kernels)*len(soakJobs) - 1) / (len(kernels) * len(soakJobs))
	load(t)
	for _, kernel := range kernels {
		for _, jobs := range soakJobs {
			s := soak{kernel: kernel, jobs: jobs, runs: each, cases: selected, seed: seed}
			if err := s.run(t); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestIntegrationSoakFails checks that a soak ends with the first wrong verdict.
func TestIntegrationSoakFails(t *testing.T) {
	if os.Getenv("KLPTEST_VM") == "" {
		t.Skip("set KLPTEST_VM=1 to boot guests")
	}
	t.Parallel()
	wrong := filepath.Join(t.TempDir(), "wrong.txtar")
	if err := os.WriteFile(wrong, []byte("A wrong expectation.\n\n-- transcript --\n% cat /proc/sys/kernel/ostype\n= Plan 9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := soak{kernel: defaultKernel, jobs: 2, runs: 50, cases: []string{wrong, "state-add"}, seed: soakSeed(t)}
	err := s.run(t)
	if err == nil || !strings.Contains(err.Error(), "not ok") || !strings.Contains(err.Error(), "Plan 9") {
		t.Errorf("a wrong verdict ends with %v", err)
	}
}

// soakSeed returns KLPTEST_SOAK_SEED, or else a random seed.
func soakSeed(t *testing.T) uint64 {
	seed := rand.Uint64N(1 << 32)
	if text := os.Getenv("KLPTEST_SOAK_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("KLPTEST_SOAK_SEED=%d", seed)
	return seed
}

// run starts klptest again and again until s.runs cases have run.
func (s *soak) run(t *testing.T) error {
	started := time.Now()
	random := rand.New(rand.NewPCG(s.seed, uint64(s.jobs)))
	var done, skipped, stops int
	for done < s.runs {
		ran, err := s.batch(random, s.runs-done)
		done, skipped, stops = done+ran.cases, skipped+ran.skipped, stops+ran.stops
		if err != nil {
			return fmt.Errorf("after %d runs on %s with -j %d: %w\n%s", done, s.kernel, s.jobs, err, s.out.String())
		}
		if ran.cases == 0 {
			return fmt.Errorf("klptest ran no case\n%s", s.out.String())
		}
	}
	t.Logf("%s, -j %d: %d runs, %d of them SKIP, all others PASS; stopped and continued %d times; %s",
		s.kernel, s.jobs, done, skipped, stops, time.Since(started).Round(time.Second))
	return nil
}

// soaked counts what a batch has done.
type soaked struct{ cases, skipped, stops int }

// batch runs the cases once, or as many of them as are wanted.
func (s *soak) batch(random *rand.Rand, wanted int) (ran soaked, err error) {
	s.out.Reset()
	childrenGetInterrupts()
	cmd := klptest("", append([]string{"run", "--confirm", "0", "--kernel", s.kernel, "-j", strconv.Itoa(s.jobs), "--format", "ktap",
		"--shuffle", strconv.FormatUint(1+random.Uint64N(1<<32), 10)}, s.cases...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return ran, err
	}
	if err := cmd.Start(); err != nil {
		return ran, err
	}
	d := disturb(cmd.Process.Pid, random.Uint64())
	wrong := s.follow(bufio.NewScanner(stdout), &ran, func() bool { return ran.cases >= wanted })
	ran.stops = d.end()
	_ = cmd.Process.Signal(syscall.SIGINT) // it may have ended by itself
	_ = cmd.Wait()                         // the verdicts say more than the status
	s.out.WriteString(stderr.String())
	return ran, wrong
}

// follow reads klptest's verdicts until it has enough, or until one is wrong. The
// details of a wrong one stand before it.
func (s *soak) follow(lines *bufio.Scanner, ran *soaked, enough func() bool) error {
	for lines.Scan() {
		line := lines.Text()
		s.out.WriteString(line + "\n")
		switch {
		case strings.HasPrefix(line, "not ok "):
			return fmt.Errorf("%s", line)
		case strings.HasPrefix(line, "ok "):
			ran.cases++
			if strings.Contains(line, " # SKIP") {
				ran.skipped++
			}
		}
		if enough() {
			return nil
		}
	}
	return lines.Err()
}

// load keeps all processors busy until the test ends.
func load(t *testing.T) {
	t.Helper()
	cpus, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Fatal(err)
	}
	for range bytes.Count(cpus, []byte("\nprocessor")) + 1 {
		busy := exec.Command("sh", "-c", "while :; do :; done")
		busy.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		if err := busy.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = busy.Process.Kill()
			_ = busy.Wait()
		})
	}
}
