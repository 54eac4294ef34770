// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// attack skips a test unless KLPTEST_ATTACK is set, and reports whether it asks
// for the long form.
func attack(t *testing.T) (long bool) {
	t.Helper()
	how := os.Getenv("KLPTEST_ATTACK")
	if how == "" {
		t.Skip("set KLPTEST_ATTACK=short, or long: make attack")
	}
	return how == "long"
}

// TestIntegrationAttackHost attacks what runs on the host: builds, and what QEMU
// inherits.
func TestIntegrationAttackHost(t *testing.T) {
	attackInOneCache(t, []hostAttack{
		{"InheritedPipe", attackInheritedPipe},
		{"QEMUInherits", attackQEMUInherits},
		{"Kills", attackKills},
		{"EndlessCompiler", attackEndlessCompiler},
	})
}

// TestIntegrationAttackCache damages the cache.
func TestIntegrationAttackCache(t *testing.T) {
	attackInOneCache(t, []hostAttack{
		{"DamagedCache", attackDamagedCache},
		{"DamageBeyondRepair", attackDamageBeyondRepair},
	})
}

type hostAttack struct {
	name string
	run  func(t *testing.T, home string)
}

// attackInOneCache runs attacks one after another in a private cache that has
// everything that shipped cases need. Other tests run meanwhile.
func attackInOneCache(t *testing.T, list []hostAttack) {
	attack(t)
	t.Parallel()
	home := privateCache(t, cacheKinds...)
	mustPass(t, home)
	for _, a := range list {
		t.Run(a.name, func(t *testing.T) { a.run(t, home) })
	}
}

// mustPass runs a shipped case and returns its output.
func mustPass(t *testing.T, home string) string {
	t.Helper()
	out, err := klptest(home, "run", "-j", "1", "state-add").CombinedOutput()
	if err != nil {
		t.Errorf("a run that must pass: %v\n%s", err, out)
	}
	return string(out)
}

// cached returns the paths in a cache that match a pattern.
func cached(t *testing.T, home, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(home, "klptest", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %v, %v", pattern, paths, err)
	}
	return paths
}

// discard removes parts of a cache, so that they are made again.
func discard(t *testing.T, home string, kinds ...string) {
	t.Helper()
	for _, kind := range kinds {
		if err := os.RemoveAll(filepath.Join(home, "klptest", kind)); err != nil {
			t.Fatal(err)
		}
	}
}

// building reports whether a stranger's C is being compiled: the command line of
// its compiler has a directory of the cache.
func building(t *testing.T, home string) bool {
	for _, line := range processes(t, home) {
		if strings.Contains(line, "evil") && strings.Contains(line, "/kmods-") {
			return true
		}
	}
	return false
}
