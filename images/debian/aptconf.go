// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klptest/klptest/internal/arch"
)

// configure writes apt's configuration, and reports whether it has changed.
func (a archive) configure(ctx context.Context) (changed bool, err error) {
	for _, dir := range []string{"lists/partial", "archives/partial", "empty"} {
		if err := os.MkdirAll(filepath.Join(a.dir, dir), 0o700); err != nil {
			return false, err
		}
	}
	host, _ := hostApt.ask(ctx, "apt-config", "dump", "Acquire") // without apt, the next command says so
	from := findMirror(ctx)
	if ctx.Err() != nil {
		return false, context.Cause(ctx) // the output of the host's apt is incomplete
	}
	for name, text := range map[string]string{
		"status":       "",
		"sources.list": a.sources(from, keyring()),
		"apt.conf":     a.configuration(host),
	} {
		path := filepath.Join(a.dir, name)
		if old, err := os.ReadFile(path); err == nil && string(old) == text {
			continue
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return false, err
		}
		changed = true
	}
	return changed, nil
}

// sources returns the text of sources.list.
func (a archive) sources(m mirror, keyring string) string {
	var b strings.Builder
	entry := func(uri, suite string) {
		fmt.Fprintf(&b, "deb [arch=%s signed-by=%s] %s %s main\n", arch.Default().Debian, keyring, uri, suite)
	}
	for _, suite := range a.release.suites() {
		entry(m.main, suite)
	}
	if a.release.security {
		entry(m.security, a.release.securitySuite())
	}
	return b.String()
}

// configuration returns the text of apt.conf. host is the configuration of the
// host's apt (apt.conf(5), apt-transport-http(1)).
func (a archive) configuration(host string) string {
	var b strings.Builder
	set := func(key, value string) { fmt.Fprintf(&b, "%s %q;\n", key, value) }
	set("APT::Architecture", arch.Default().Debian)
	set("APT::Architectures", arch.Default().Debian)
	set("APT::Sandbox::User", "root") // its own user could not write to the cache
	set("Dir::Etc::main", "/dev/null")
	set("Dir::Etc::parts", filepath.Join(a.dir, "empty"))
	set("Dir::Etc::sourcelist", filepath.Join(a.dir, "sources.list"))
	set("Dir::Etc::sourceparts", "/dev/null")
	set("Dir::Etc::preferences", "/dev/null")
	set("Dir::Etc::preferencesparts", "/dev/null")
	set("Dir::State", a.dir)
	set("Dir::State::lists", filepath.Join(a.dir, "lists"))
	set("Dir::State::status", filepath.Join(a.dir, "status"))
	set("Dir::Cache", a.dir)
	set("Dir::Cache::archives", filepath.Join(a.dir, "archives"))
	set("Dir::Cache::pkgcache", filepath.Join(a.dir, "pkgcache.bin"))
	set("Dir::Cache::srcpkgcache", "")
	set("Acquire::Languages", "none")
	set("Acquire::GzipIndexes", "true") // takes a tenth of the disk space
	for line := range strings.Lines(host) {
		if counts(line) {
			b.WriteString(strings.TrimSuffix(line, "\n") + "\n")
		}
	}
	set("Acquire::Retries", "2")
	set("Acquire::http::Timeout", "20")
	set("Acquire::https::Timeout", "20")
	return b.String()
}

// hostSettings are the prefixes of the host's settings that also apply to
// klptest's lists: network access, and whether the administrator accepts a
// mirror that has fallen behind. None makes apt accept unsigned lists.
var hostSettings = []string{
	"Acquire::http::", "Acquire::https::", "Acquire::http ", "Acquire::https ", "Acquire::ForceIPv", "Acquire::Check-Valid-Until ",
}

func counts(line string) bool {
	return slices.ContainsFunc(hostSettings, func(key string) bool { return strings.HasPrefix(line, key) })
}

const keyringName = "/usr/share/keyrings/debian-archive-keyring"

// keyring returns the file with the keys of Debian's archive. Debian 13 prefers
// its second name. Without the file apt refuses every list, and says why.
func keyring() string {
	for _, path := range []string{keyringName + ".gpg", keyringName + ".pgp"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return keyringName + ".gpg"
}
